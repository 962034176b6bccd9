// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.affinity.SessionRouter;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.affinity.SessionTable;
import dev.homing.bench.Samples;
import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.config.HomingConfig;
import dev.homing.exchange.Generation.PoolSetup;
import dev.homing.exchange.Reception.Outcome;
import dev.homing.look.Look;
import dev.homing.look.Wanted;
import dev.homing.routing.Pool;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to find out whose a request is and where it goes, from a decoded head to a decision. With only headers configured, or a header that
 * names the session, it must not depend on the size of the body: nobody looks at it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime) // its median is what other programs on the machine disturb least
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 6, time = 1)
@NullUnmarked // JMH fills in the fields
public class IdentifyBenchmark {

    private static final String VIA = "homing-bench";

    /** What the configuration has beside the default headers. */
    @Param({"headers", "body_keys", "prefix"})
    public String configured;

    /** Whether a header names the session. */
    @Param({"true", "false"})
    public boolean header;

    @Param({"1", "64"})
    public int bodyKiB;

    private Generation generation;
    private SessionRouter router;
    private RequestHead head;
    private ByteBuffer body;

    @Setup
    public void prepare() throws ConfigErrors {
        String affinity = switch (configured) {
            case "body_keys" -> "{body_keys: [prompt_cache_key, metadata.user_id]}";
            case "prefix" -> "{no_session: prefix}";
            default -> "{}";
        };
        generation = generation("affinity: " + affinity + "\nbackends: [{id: b0, url: \"http://127.0.0.1:1\"}]\n");
        router = new SessionRouter(new SessionTable(1_000, System::nanoTime), slot -> 0);
        byte[] chat = chat(bodyKiB * 1024).getBytes(StandardCharsets.UTF_8);
        body = ByteBuffer.wrap(chat);
        head = head(chat.length);
    }

    @Benchmark
    public Routed decide() {
        Reception reception = ((Outcome.Received) Reception.of(head, generation, VIA)).reception();
        Wanted wanted = reception.wanted(head, router);
        if (wanted != null) {
            Look look = Look.begin(wanted, body.remaining());
            look.read(body);
            look.end();
            reception = reception.found(look, head);
        }
        Routed routed = router.route(reception.pool(), reception.arrival());
        router.release(routed);
        return routed;
    }

    /** One pool of three healthy backends, everything else as that configuration says. */
    private static Generation generation(String yaml) throws ConfigErrors {
        HomingConfig config = ConfigReader.read("bench.yaml", yaml, name -> null);
        Pool pool = Samples.pool(3);
        RouteMatcher routes = new RouteMatcher(List.of(new RouteMatcher.Rule(null, null, Map.of(), null, 0)));
        return new Generation(
                config,
                null,
                new RoutingTable(List.of(pool), routes),
                List.of(PoolSetup.of("default", config.defaults(), SipHash.ofSeed("homing"))),
                List.of());
    }

    /** A conversation of that many bytes, its session's key at the end, where clients put it that add it to a whole request. */
    private static String chat(int bytes) {
        String turn = "{\"role\":\"user\",\"content\":\"" + "What is it that carries mail across the sea? ".repeat(10)
                + "\"},{\"role\":\"assistant\",\"content\":\"A pigeon, as a rule.\"}";
        StringBuilder chat = new StringBuilder("{\"model\":\"m\",\"messages\":[").append(turn);
        while (chat.length() < bytes - turn.length() - 64) {
            chat.append(',').append(turn);
        }
        return chat.append("],\"stream\":true,\"prompt_cache_key\":\"0f8fad5b-d9cb-469f-a165\"}")
                .toString();
    }

    private RequestHead head(int length) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1/chat/completions");
        request.headers()
                .set(HttpHeaderNames.HOST, "127.0.0.1:8080")
                .set(HttpHeaderNames.USER_AGENT, "OpenAI/Python 2.1.0")
                .set(HttpHeaderNames.ACCEPT, "application/json")
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, length);
        if (header) {
            request.headers().set("X-Session-Id", "0f8fad5b-d9cb-469f-a165-70867728950e");
        }
        return RequestHead.of(request, new ClientInfo(InetAddress.getLoopbackAddress(), "http"));
    }
}
