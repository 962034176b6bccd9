// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.homing.wire.RecordingOrigin.Script;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Every limit of size and time: what the client is told, what is counted, and the line in the log at {@code debug}. */
final class LimitsAreToldTest extends HostileCase {

    private static final Duration SHORT = Duration.ofMillis(200);
    private static final String POST = "POST /x HTTP/1.1\r\nHost: h\r\n";

    private final Logger log = (Logger) LoggerFactory.getLogger("dev.homing");

    /**
     * A limit that is passed.
     *
     * @param configs how it is set
     * @param request what passes it
     * @param status what the client is told, 0 = the answer is cut
     */
    record Limit(UnaryOperator<Configs> configs, String request, int status, String reason, Sees sees) {}

    /** What a backend sees of the request before it is let go of. */
    enum Sees {
        NOTHING,
        NO_END
    }

    @BeforeEach
    void listen() {
        log.setLevel(Level.DEBUG);
    }

    @AfterEach
    void stopListening() {
        log.setLevel(null);
    }

    static Stream<ArgumentSet> limits() {
        return Stream.of(
                before(
                        "a request line over the limit",
                        "GET /" + "x".repeat(9000) + " HTTP/1.1\r\n",
                        414,
                        "request_line_too_long"),
                before("a request line without an end", "GET /" + "x".repeat(9000), 414, "request_line_too_long"),
                before(
                        "one header over the limit",
                        POST + "X: " + "x".repeat(33_000) + "\r\n\r\n",
                        431,
                        "headers_too_large"),
                before("one header without an end", POST + "X: " + "x".repeat(33_000), 431, "headers_too_large"),
                before(
                        "headers that are too large together",
                        POST + ("X: " + "x".repeat(997) + "\r\n").repeat(34),
                        431,
                        "headers_too_large"),
                before("101 headers", POST + "X: y\r\n".repeat(100) + "\r\n", 431, "too_many_headers"),
                before("a declared body over the limit", POST + "Content-Length: 1001\r\n\r\n", 413, "body_too_large"),
                before(
                        "a declared body over the limit whose client waits to be told",
                        POST + "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n",
                        413,
                        "body_too_large"),
                before("a slow head", "GET /x HT", 408, "request_timeout"),
                during(
                        "a body that turns out over the limit",
                        POST + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + "x".repeat(1001) + "\r\n0\r\n\r\n",
                        413,
                        "body_too_large"),
                during("a body that stops, by length", POST + "Content-Length: 10\r\n\r\nabc", 408, "request_timeout"),
                during(
                        "a body that stops, in chunks",
                        POST + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                        408,
                        "request_timeout"),
                argumentSet(
                        "a backend that keeps silent",
                        new Limit(c -> c.responseHead(SHORT), GET, 504, "gateway_timeout", Sees.NO_END)),
                argumentSet(
                        "a backend that falls silent within its answer",
                        new Limit(
                                c -> c.streamIdle(SHORT),
                                "GET /begin HTTP/1.1\r\nHost: h\r\n\r\n",
                                0,
                                "stream_idle",
                                Sees.NO_END)));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void aLimitIsToldCountedAndLogged(Limit limit) throws Exception {
        assertThat(limit.configs().apply(configs)).isSameAs(configs);
        RecordingOrigin origin = origins(n -> conversation -> {
            String head = conversation.head();
            if (head != null && head.contains("/good")) {
                conversation.send(OK);
            } else if (head != null && head.contains("/begin")) {
                conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegun");
            }
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(limit.request());

        if (limit.status() == 0) {
            client.until("begun");
            assertThat(client.ending()).isIn("end", "reset");
        } else {
            RawClient.Response response = client.response();
            assertThat(response.status()).isEqualTo(limit.status());
            assertThat(response.body()).as("times as people write them").doesNotContain("PT0");
        }
        assertThat(plane.observer().rejections()).containsExactly(limit.reason());
        assertThat(plane.logged())
                .filteredOn(line -> line.contains("a request of /127.0.0.1"))
                .hasSize(1);
        plane.awaitQuiet();
        if (limit.sees() == Sees.NOTHING) {
            assertThat(origin.connections()).isZero();
        } else if (origin.connections() > 0) {
            assertThat(origin.conversation(0).isOver(5000)).isTrue();
            assertThat(origin.conversation(0).received()).doesNotContain("\r\n0\r\n\r\n");
        }
        assertThat(client(plane)
                        .send("GET /good HTTP/1.1\r\nHost: h\r\n\r\n")
                        .response()
                        .body())
                .isEqualTo("ok");
    }

    @Test
    void aHeadThatTricklesIsGivenNoMoreTimeThanAnyOther() throws Exception {
        configs.requestHead(SHORT);
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawClient client = client(plane);
        long begun = System.nanoTime();

        client.send("GET /x HTTP/1.1\r\n");
        while (client.silentFor(20)) {
            client.send("X: y\r\n");
        }

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(SHORT, Duration.ofSeconds(5));
        assertThat(plane.observer().rejections()).containsExactly("request_timeout");
    }

    @Test
    void aConnectionThatNobodyAcceptsIsToldCountedAndLogged() throws Exception {
        configs.connect(SHORT);
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(full.getInetAddress(), full.getLocalPort());
            for (int i = 0; i < 8; i++) {
                Socket filler = opened(new Socket());
                try {
                    filler.connect(address, 100);
                } catch (java.net.SocketTimeoutException e) {
                    break;
                }
            }
            PlaneUnderTest plane = plane(address);

            assertThat(client(plane).send(GET).response().status()).isEqualTo(504);
            assertThat(plane.observer().rejections()).containsExactly("gateway_timeout");
            assertThat(plane.logged()).anyMatch(line -> line.startsWith("refused a request of /127.0.0.1: 504 "));
        }
    }

    @Test
    void aClientThatStopsTakingItsAnswerIsToldOf() throws Exception {
        configs.streamIdle(SHORT);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            byte[] part = new byte[100_000];
            for (int i = 0; i < 1000; i++) {
                conversation.send(part);
            }
        });
        PlaneUnderTest plane = opened(
                PlaneUnderTest.openWithSmallBuffers(io, configs.generation(java.util.List.of(origin.address()))));
        RawClient client = opened(RawClient.to(plane.address(), 4096));

        client.send(GET);

        await().atMost(Duration.ofSeconds(5))
                .until(() -> plane.observer().rejections().contains("stream_idle"));
        assertThat(plane.logged()).anyMatch(line -> line.contains("it took nothing of its answer for 0.2s"));
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        plane.awaitQuiet();
        assertThat(plane.outcomes()).as("no fault of the backend").isEmpty();
    }

    @Test
    void tenThousandPipelinedRequestsOfAClientThatNeverReadsAreBounded() throws Exception {
        RecordingOrigin origin =
                origin(Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(100_000)));
        PlaneUnderTest plane = plane(origin);
        RawClient client = opened(RawClient.to(plane.address(), 4096));
        Thread sender = new Thread(() -> {
            try {
                client.send(GET.repeat(10_000));
            } catch (java.io.IOException e) {
                // The test is over.
            }
        });
        sender.setDaemon(true);
        sender.start();

        await().during(Duration.ofMillis(300))
                .atMost(Duration.ofSeconds(10))
                .until(() -> begun(plane), n -> n > 0 && n < 200);
        long held = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
        assertThat(held).as("bytes that buffers hold").isLessThan(256L << 20);
        client.reset();
        nextIsServed(plane, 100_000);
    }

    private static int begun(PlaneUnderTest plane) {
        return plane.observer().routed().size();
    }

    private void nextIsServed(PlaneUnderTest plane, int length) throws Exception {
        assertThat(client(plane).send(GET).response().body()).hasSize(length);
    }

    private static ArgumentSet before(String name, String request, int status, String reason) {
        return argumentSet(
                name, new Limit(c -> c.body(1000).requestHead(SHORT), request, status, reason, Sees.NOTHING));
    }

    private static ArgumentSet during(String name, String request, int status, String reason) {
        return argumentSet(name, new Limit(c -> c.body(1000).requestBody(SHORT), request, status, reason, Sees.NO_END));
    }
}
