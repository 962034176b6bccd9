// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.routing.Backend;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which pools are coming back from having been out altogether. Confined to the control thread. */
final class Recoveries {

    private final ControlThread thread;
    private final Runnable over;

    /** By the pool's name. */
    private final Map<String, Recovery> pools = new HashMap<>();

    /** @param over called when a recovery's time may be over, and nothing else has happened that would have told */
    Recoveries(ControlThread thread, Runnable over) {
        this.thread = thread;
        this.over = over;
    }

    /**
     * Whether a pool with these backends is recovering.
     *
     * @param probed whether each of them has been asked how it is
     */
    boolean isReturning(String pool, List<Backend> backends, boolean probed) {
        assert thread.inside();
        Recovery before = pools.getOrDefault(pool, Recovery.WHOLE);
        if (!probed && before.equals(Recovery.WHOLE)) {
            return false; // who was not asked yet is not out
        }
        Recovery now = before.next(backends, thread.now());
        pools.put(pool, now);
        if (now.returning() && !before.returning()) {
            thread.at(now.untilNanos(), over);
        }
        return now.returning();
    }
}
