// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import java.util.ArrayDeque;

/**
 * The times of one backend's latest faults: as many as the limit asks for, and none older than the window. Successes are not counted: a
 * replica that breaks every third stream is broken, however many it finishes in between.
 */
public final class OutcomeWindow {

    private final ArrayDeque<Long> faults = new ArrayDeque<>();

    /**
     * Counts a fault.
     *
     * @param failures faults that are too many, {@code >= 1}
     * @param windowNanos a fault of exactly this age no longer counts
     * @return whether {@code failures} of them, this one included, lie within the window
     */
    public boolean fault(long nowNanos, int failures, long windowNanos) {
        faults.addLast(nowNanos);
        while (faults.size() > failures || (faults.size() > 1 && nowNanos - faults.getFirst() >= windowNanos)) {
            faults.removeFirst();
        }
        return faults.size() >= failures;
    }

    /** Forgets them all. */
    public void clear() {
        faults.clear();
    }
}
