// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The median of a time, estimated in one number: each time that is longer than the estimate raises it by a twentieth, each shorter one lowers it
 * as much, so that it comes to rest where both are equally frequent ("frugal streaming", Ma, Muthukrishnan and Sandler 2013, on a
 * logarithmic scale). It follows a load that changes within some dozens of requests. Any loop may read and write it.
 */
public final class MedianTime {

    private static final double STEP = 1.05;

    /** Nanoseconds, 0 = nothing was seen yet. Written by any loop, by compare-and-set. */
    private final AtomicLong estimate = new AtomicLong();

    /** The estimate in nanoseconds; {@code otherwise} while nothing was seen. */
    public long nanos(long otherwise) {
        long known = estimate.getPlain();
        return known == 0 ? otherwise : known;
    }

    /** One more time was seen, {@code >= 0} nanoseconds. */
    public void seen(long nanos) {
        long before;
        long after;
        do {
            before = estimate.get();
            after = before == 0 ? Math.max(1, nanos) : nudged(before, nanos);
        } while (!estimate.compareAndSet(before, after));
    }

    /** Never past what was seen: times that are all the same are met exactly. */
    private static long nudged(long known, long seen) {
        if (seen > known) {
            return Math.min(seen, (long) Math.ceil(known * STEP));
        }
        return Math.max(Math.max(1, seen), (long) (known / STEP));
    }
}
