// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What event loops tell, on its way to the thread that writes or sends it: bounded, without a lock. What finds no room is lost and counted. */
final class LossyBuffer<T> {

    private final int room;
    private final Runnable enough;
    private final Queue<T> entries = new ConcurrentLinkedQueue<>();

    /** Raised by every loop before an entry is added, lowered by the thread after some were taken: never less than there are. */
    private final AtomicInteger size = new AtomicInteger();

    private final LongAdder dropped = new LongAdder();

    /**
     * An empty one.
     *
     * @param room how many may wait, {@code >= 4}
     * @param enough run on an event loop, whenever a quarter of the room has come to be taken
     */
    LossyBuffer(int room, Runnable enough) {
        this.room = room;
        this.enough = enough;
    }

    /** Takes an entry, or loses it; never waits. */
    void add(T entry) {
        int now = size.incrementAndGet();
        if (now > room) {
            size.decrementAndGet();
            dropped.increment();
            return;
        }
        entries.add(entry);
        if (now == room / 4) {
            enough.run();
        }
    }

    /** Moves up to {@code most} entries to {@code into}, in the order that they came. That thread only. */
    void take(List<T> into, int most) {
        int taken = 0;
        T next = entries.poll();
        while (next != null) {
            into.add(next);
            taken++;
            next = taken < most ? entries.poll() : null;
        }
        size.addAndGet(-taken);
    }

    /** That many were taken, and lost. */
    void lost(int count) {
        dropped.add(count);
    }

    /** How many were lost, since the start. */
    long dropped() {
        return dropped.sum();
    }
}
