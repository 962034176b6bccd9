// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.observe.AccessEntry;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Entries of the access log on their way to its writer: bounded, without a lock, from any number of loops to one thread. What finds no room is lost and counted. */
final class AccessLogBuffer {

    /** Entries that may wait: some megabytes. */
    static final int ROOM = 16_384;

    /** As many that they are better written before the next round. */
    private static final int ENOUGH = ROOM / 4;

    private final Runnable enough;
    private final Queue<AccessEntry> entries = new ConcurrentLinkedQueue<>();

    /** Raised by every loop before an entry is added, lowered by the writer after some were taken: never less than there are. */
    private final AtomicInteger size = new AtomicInteger();

    private final LongAdder dropped = new LongAdder();

    /** @param enough run on an event loop, once whenever it has become wise to empty the buffer */
    AccessLogBuffer(Runnable enough) {
        this.enough = enough;
    }

    /** Takes an entry, or loses it; never waits. */
    void add(AccessEntry entry) {
        int now = size.incrementAndGet();
        if (now > ROOM) {
            size.decrementAndGet();
            dropped.increment();
            return;
        }
        entries.add(entry);
        if (now == ENOUGH) {
            enough.run();
        }
    }

    /** Moves up to {@code most} entries to {@code into}, in the order that they came. The writer's thread only. */
    void take(List<AccessEntry> into, int most) {
        int taken = 0;
        AccessEntry next = entries.poll();
        while (next != null) {
            into.add(next);
            taken++;
            next = taken < most ? entries.poll() : null;
        }
        size.addAndGet(-taken);
    }

    /** That many could not be written. */
    void lost(int lines) {
        dropped.add(lines);
    }

    /** Lines that were lost, since the start. */
    long dropped() {
        return dropped.sum();
    }
}
