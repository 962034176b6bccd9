// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.bench.Samples;
import dev.homing.exchange.RequestHead;
import dev.homing.observe.Asked;
import dev.homing.observe.RequestSpan;
import dev.homing.observe.RequestSummary;
import dev.homing.observe.SpanEntry;
import dev.homing.observe.Trace;
import dev.homing.observe.Tracing;
import dev.homing.routing.Pool;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
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
        on = new Tracing(Journal::epochNanos, () -> ThreadLocalRandom.current().nextLong());
        off = new Tracing(Journal::epochNanos, () -> ThreadLocalRandom.current().nextLong());
        head = Samples.head();
        Pool pool = Samples.pool(1);
        summary = Samples.summary(pool, pool.backends().get(0));
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
}
