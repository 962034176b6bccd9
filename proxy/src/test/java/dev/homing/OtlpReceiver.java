// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A collector of traces: OTLP over HTTP, read by the protocol's own generated classes. */
public final class OtlpReceiver implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<ExportTraceServiceRequest> messages = new CopyOnWriteArrayList<>();
    private final List<String> paths = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** What it answers; 0 = nothing at all. Written by the test, read by the server's threads. */
    private volatile int status = 200;

    private OtlpReceiver(HttpServer server) {
        this.server = server;
    }

    public static OtlpReceiver start() {
        return start(0, null);
    }

    /** On that port of loopback. */
    public static OtlpReceiver start(int port) {
        return start(port, null);
    }

    /** Over TLS. */
    public static OtlpReceiver start(SSLContext tls) {
        return start(0, tls);
    }

    private static OtlpReceiver start(int port, @Nullable SSLContext tls) {
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            HttpServer server = tls == null ? HttpServer.create(address, 0) : https(address, tls);
            OtlpReceiver receiver = new OtlpReceiver(server);
            server.setExecutor(receiver.threads);
            server.createContext("/", receiver::take);
            server.start();
            return receiver;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpServer https(InetSocketAddress address, SSLContext tls) throws IOException {
        HttpsServer server = HttpsServer.create(address, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return server;
    }

    /** From now on it answers with that status, and keeps what it was sent only when that is 200; 0 = it says nothing. */
    public void answer(int next) {
        status = next;
    }

    /** What {@code tracing} is set to. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Where messages were sent to. */
    public List<String> paths() {
        return paths;
    }

    /** What it took so far, message by message. */
    public List<ExportTraceServiceRequest> messages() {
        return messages;
    }

    /** All spans so far. */
    public List<Span> spans() {
        return scopes().flatMap(scope -> scope.getSpansList().stream()).toList();
    }

    /** What spans so far are told of. */
    public List<Resource> resources() {
        return messages.stream()
                .flatMap(message -> message.getResourceSpansList().stream())
                .map(ResourceSpans::getResource)
                .toList();
    }

    /** What told of them. */
    public Stream<ScopeSpans> scopes() {
        return messages.stream()
                .flatMap(message -> message.getResourceSpansList().stream())
                .flatMap(resource -> resource.getScopeSpansList().stream());
    }

    /** Attributes by name: texts, and numbers as Java has them. */
    public static Map<String, Object> values(List<KeyValue> attributes) {
        Map<String, Object> values = new TreeMap<>();
        attributes.forEach(attribute -> values.put(attribute.getKey(), value(attribute.getValue())));
        return values;
    }

    private static Object value(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> value.getIntValue();
            case DOUBLE_VALUE -> value.getDoubleValue();
            case BOOL_VALUE -> value.getBoolValue();
            default -> value;
        };
    }

    private void take(HttpExchange exchange) throws IOException {
        paths.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        try (InputStream body = zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
            ExportTraceServiceRequest message = ExportTraceServiceRequest.parseFrom(body);
            if (status == 200) {
                messages.add(message);
            }
        }
        if (status == 0) {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(status == 0 ? 503 : status, -1);
        exchange.close();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
