// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives each request its place in a trace, and hands what becomes of those that are sampled to whoever sends spans; does nothing at all while nobody
 * does. Any event loop.
 */
public final class Tracing implements Traces, ProxyObserver {

    private final LongSupplier epochNanos;
    private final LongSupplier random;

    /** Written by whoever reads the configuration, read by every loop. */
    private volatile @Nullable Consumer<SpanEntry> sink;

    /**
     * Traces nothing until {@link #to}.
     *
     * @param epochNanos the time of day
     * @param random numbers for ids, on any loop
     */
    public Tracing(LongSupplier epochNanos, LongSupplier random) {
        this.epochNanos = epochNanos;
        this.random = random;
    }

    /** From now on spans go there; null = nowhere, and no request has a place in a trace. It takes them on any loop, without blocking it. */
    public void to(@Nullable Consumer<SpanEntry> next) {
        sink = next;
    }

    @Override
    public @Nullable Trace begin(Asked asked) {
        return sink == null ? null : Trace.of(asked.headers("traceparent"), random);
    }

    @Override
    public void ended(Asked asked, RequestSummary summary) {
        Consumer<SpanEntry> to = sink;
        Trace trace = asked.trace();
        if (to != null && trace != null && trace.sampled()) {
            to.accept(new SpanEntry(trace, epochNanos.getAsLong(), SpanEntry.Head.of(asked), summary));
        }
    }
}
