// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import java.util.concurrent.TimeUnit;

/** How often something may still happen: a number at once, which grows back with time. Confined to its event loop. */
final class Allowance {

    private final int most;
    private final long nanosEach;
    private int left;
    private long since;

    /**
     * An allowance that is whole.
     *
     * @param most at once
     * @param perSecond how many grow back
     * @param now in nanoseconds
     */
    Allowance(int most, int perSecond, long now) {
        this.most = most;
        this.nanosEach = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.left = most;
        this.since = now;
    }

    /**
     * Takes one; false when none is left.
     *
     * @param grows whether the time since the last one counts
     */
    boolean take(long now, boolean grows) {
        long grown = grows ? (now - since) / nanosEach : 0;
        if (left + grown >= most) {
            left = most;
            since = now;
        } else {
            left += (int) grown;
            since = grows ? since + grown * nanosEach : now;
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
