// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.RequestHead;
import dev.homing.metering.Usage;
import dev.homing.observe.Asked;
import dev.homing.observe.RequestSpan;
import dev.homing.observe.RequestSummary;
import dev.homing.observe.RequestSummary.Ending;
import dev.homing.observe.RequestSummary.Origin;
import dev.homing.observe.RequestSummary.Route;
import dev.homing.observe.RequestSummary.Timing;
import dev.homing.observe.RequestSummary.Tokens;
import dev.homing.observe.RequestSummary.Traffic;
import dev.homing.observe.SpanEntry;
import dev.homing.observe.Trace;
import dev.homing.observe.Tracing;
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
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a request's place in a trace costs its event loop, traced and not, and what a span costs the thread that sends it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime) // its median is what other programs on the machine disturb least
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 6, time = 1)
@NullUnmarked // JMH fills in the fields
public class TracingBenchmark {

    private final LossyBuffer<SpanEntry> buffer = new LossyBuffer<>(SpanWriter.ROOM, () -> {});
    private final List<SpanEntry> taken = new ArrayList<>();
    private Tracing on;
    private Tracing off;
    private RequestHead head;
    private RequestSummary summary;
    private SpanEntry entry;

    @Setup
    public void prepare() {
        on = new Tracing(Core::epochNanos, () -> ThreadLocalRandom.current().nextLong());
        off = new Tracing(Core::epochNanos, () -> ThreadLocalRandom.current().nextLong());
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
        on.to(one -> entry = one);
        request(on);
        on.to(buffer::add);
    }

    /** What of the data plane's work on a request is there for traces alone. */
    private @Nullable String request(Tracing tracing) {
        Trace trace = tracing.begin(head);
        String sent = trace == null ? null : trace.traceparent();
        tracing.ended(Asked.in(trace, head), summary);
        return sent;
    }

    /** On an event loop, and the thread's taking what it was told. */
    @Benchmark
    public @Nullable String traced() {
        String sent = request(on);
        buffer.take(taken, 1);
        taken.clear();
        return sent;
    }

    /** The same while nobody traces. */
    @Benchmark
    public @Nullable String untraced() {
        return request(off);
    }

    /** The benchmark's own. */
    @Benchmark
    public @Nullable String nothing() {
        return null;
    }

    /** On the thread that sends, but for the sending. */
    @Benchmark
    public int span() {
        return new RequestSpan(entry, Resource.empty(), InstrumentationScopeInfo.empty()).getTotalAttributeCount();
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
