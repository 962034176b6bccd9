// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All deadlines of one event loop, checked together every {@value #TICK_MILLIS} ms. Moving a deadline is one field write, because it is moved
 * with every token while it hardly ever expires; the price is that it expires up to three ticks late. It never expires early, and time in which the loop was
 * held up does not count: nobody was listening then, so nobody was silent. Confined to its loop.
 */
public final class Deadlines {

    /** Milliseconds between two checks. */
    static final long TICK_MILLIS = 50;

    /** The most that one check moves the deadlines' clock on, in nanoseconds. */
    private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(2 * TICK_MILLIS);

    private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);

    private final EventLoop loop;
    private final LongSupplier nanoTime;
    private final List<Deadline> armed = new ArrayList<>();
    private boolean ticking;
    private long now;
    private long attended;

    /** @param nanoTime a monotonic clock, in nanoseconds */
    public Deadlines(EventLoop loop, LongSupplier nanoTime) {
        this.loop = loop;
        this.nanoTime = nanoTime;
        this.now = nanoTime.getAsLong();
    }

    /** The time of the last check, in nanoseconds: up to a tick old while anything is armed. */
    public long coarseNanos() {
        return now;
    }

    /** What a deadline is set from: the nanoseconds that the loop has attended to, rounded up by as much as they may be behind. */
    long attendedNanos() {
        return attended + MOST_NANOS;
    }

    /** A new deadline that is not set. Closing it is up to the caller. */
    public Deadline open(Runnable expired) {
        assert loop.inEventLoop();
        Deadline deadline = new Deadline(this, expired);
        deadline.index = armed.size();
        armed.add(deadline);
        if (!ticking) {
            ticking = true;
            now = nanoTime.getAsLong();
            loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
        return deadline;
    }

    void remove(Deadline deadline) {
        assert loop.inEventLoop();
        @Nullable Deadline last = armed.remove(armed.size() - 1);
        if (last != deadline) {
            armed.set(deadline.index, last);
            last.index = deadline.index;
        }
        deadline.index = -1;
    }

    /** From the last to the first: what a task removes is then filled with one that was checked already. */
    private void tick() {
        long before = now;
        now = nanoTime.getAsLong();
        attended += Math.min(now - before, MOST_NANOS);
        for (int i = armed.size() - 1; i >= 0; i--) {
            if (i < armed.size()) {
                check(armed.get(i));
            }
        }
        ticking = !armed.isEmpty() && !loop.isShuttingDown();
        if (ticking) {
            loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** A task that fails must not take everyone else's deadline with it. */
    private void check(Deadline deadline) {
        try {
            deadline.check(attended);
        } catch (RuntimeException | Error e) {
            LOG.error("the task of a deadline failed", e);
        }
    }
}
