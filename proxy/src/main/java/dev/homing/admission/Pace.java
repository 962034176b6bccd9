// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How fast a queue moves: the time between two grants, averaged. Guarded by its queue. */
final class Pace {

    /** The share of one observation in the average. */
    private static final double NEWEST = 1.0 / 8;

    /** Clients of today's SDKs do not wait longer than a minute or two, and older ones ignore a longer advice. */
    private static final long MOST_SECONDS = 60;

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private boolean known;
    private double gapNanos;
    private long lastNanos;

    /** Somebody who had joined at {@code joined} was given a place. Time in which nobody waited does not count. */
    void moved(long now, long joined) {
        double gap = now - (known ? Math.max(lastNanos, joined) : joined);
        gapNanos = known ? gapNanos + NEWEST * (gap - gapNanos) : gap;
        lastNanos = now;
        known = true;
    }

    /**
     * What to tell somebody who is refused, 1 to {@value #MOST_SECONDS} s: the usual time between two grants, or as long as nothing has moved, which is
     * the best guess at how long it will go on.
     *
     * @param joined when the oldest waiter joined, null when nobody waits
     */
    int secondsToNext(long now, @Nullable Long joined) {
        double still = joined == null ? 0 : now - (known ? Math.max(lastNanos, joined) : joined);
        double seconds = Math.ceil(Math.max(gapNanos, still) / NANOS_PER_SECOND);
        return (int) Math.max(1, Math.min(MOST_SECONDS, seconds));
    }
}
