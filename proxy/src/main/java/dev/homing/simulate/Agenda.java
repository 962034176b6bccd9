// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.PriorityQueue;

/** Virtual time: what is to happen happens in order of its time, and of two things at the same time that comes first which was entered first. */
final class Agenda {

    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private long entered;
    private long now;

    private record Entry(long nanos, long order, Runnable deed) implements Comparable<Entry> {

        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(nanos, other.nanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** @param startNanos the time before anything happens */
    Agenda(long startNanos) {
        this.now = startNanos;
    }

    /** Nanoseconds; the time of what happens now. */
    long now() {
        return now;
    }

    /** Enters a deed; a time that has passed already is now. */
    void at(long nanos, Runnable deed) {
        entries.add(new Entry(Math.max(nanos, now), entered++, deed));
    }

    /** Lets everything happen, and what is entered meanwhile. */
    void run() {
        for (Entry next = entries.poll(); next != null; next = entries.poll()) {
            now = next.nanos();
            next.deed().run();
        }
    }
}
