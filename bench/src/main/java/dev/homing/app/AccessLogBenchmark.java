// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Telemetry.Format;
import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.RequestHead;
import dev.homing.metering.Usage;
import dev.homing.observe.AccessEntry;
import dev.homing.observe.AccessLine;
import dev.homing.observe.AccessLog;
import dev.homing.observe.LineBuffer;
import dev.homing.observe.RequestSummary;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Origin;
import dev.homing.observe.RequestSummary.Route;
import dev.homing.observe.RequestSummary.Timing;
import dev.homing.observe.RequestSummary.Tokens;
import dev.homing.observe.RequestSummary.Traffic;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.Mix64;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
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

/** What a line of the access log costs: the event loop that hands its request over, and the log's own thread that puts it into words. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime) // its median is what other programs on the machine disturb least
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 6, time = 1)
@NullUnmarked // JMH fills in the fields
public class AccessLogBenchmark {

    private final LossyBuffer<AccessEntry> buffer = new LossyBuffer<>(AccessLogWriter.ROOM, () -> {});
    private final List<AccessEntry> taken = new ArrayList<>();
    private AccessLog log;
    private RequestHead head;
    private RequestSummary summary;

    /** The log's thread. */
    @State(Scope.Thread)
    public static class Words {

        @Param({"JSON", "LOGFMT"})
        public Format format;

        private final LineBuffer text = new LineBuffer();
        private AccessLine line;
        private AccessEntry entry;

        @Setup
        public void prepare(AccessLogBenchmark request) {
            line = new AccessLine(format, text, 1);
            AccessLog log = new AccessLog(System::currentTimeMillis);
            log.to(one -> entry = one);
            log.ended(request.head, request.summary);
        }
    }

    @Setup
    public void prepare() {
        log = new AccessLog(System::currentTimeMillis);
        log.to(buffer::add);
        head = RequestHead.of(request(), new ClientInfo(InetAddress.getLoopbackAddress(), "http"));
        Backend backend = new Backend(0, "gpu-0", Mix64.hashId("gpu-0"), 1, BackendState.READY, true);
        Pool pool = new Pool(0, "default", List.of(backend), PlacementRules.loadAware(16_384));
        summary = new RequestSummary(
                new Origin("alice", new SessionKey(0x0123456789abcdefL), "header:x-session-id"),
                new Route(pool, backend, Decision.PINNED),
                Ending.whole(200),
                new Timing(2_345_678_901L, 234_567_890L),
                new Tokens(true, new Usage(23_456, 23_000, 321)),
                new Traffic(98_765, 45_678, 0));
    }

    /** On an event loop, and the thread's taking it. */
    @Benchmark
    public int handOver() {
        log.ended(head, summary);
        buffer.take(taken, 1);
        int count = taken.size();
        taken.clear();
        return count;
    }

    /** The same while there is no log. */
    @Benchmark
    public void none(Silence silence) {
        silence.log.ended(head, summary);
    }

    @Benchmark
    public int words(Words words) {
        words.line.add(words.entry);
        int length = words.text.length();
        words.text.clear();
        return length;
    }

    /** A log that goes nowhere. */
    @State(Scope.Thread)
    public static class Silence {

        private final AccessLog log = new AccessLog(System::currentTimeMillis);
    }

    private static DefaultHttpRequest request() {
        DefaultHttpRequest request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1/chat/completions?beta=true");
        request.headers()
                .set("Host", "homing.example:8080")
                .set("User-Agent", "opencode/1.0.1")
                .set("Content-Type", "application/json")
                .set("Content-Length", "98765")
                .set("Authorization", "Bearer " + "x".repeat(40))
                .set("X-Session-Id", "ses_4f1c2b7e9ffe3xYzAbCdEf")
                .set("X-Request-Id", "req_0123456789abcdef")
                .set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        return request;
    }
}
