// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import dev.homing.routing.Backend;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The way to one backend: how many requests it takes at once, and who waits for it alone. Guarded by its queue. */
final class Gate {

    private final FairQueue queue;
    private final BackendLoad load;
    private final int slot;
    private final NavigableMap<Long, Waiter> own = new TreeMap<>();

    /** As in the table in force, null when it is not in it. */
    private @Nullable Backend now;

    /** As in the table that is about to be in force, null when there is none or it is not in it. */
    private @Nullable Backend coming;

    Gate(FairQueue queue, BackendLoad load, int slot) {
        this.queue = queue;
        this.load = load;
        this.slot = slot;
    }

    FairQueue queue() {
        return queue;
    }

    BackendLoad load() {
        return load;
    }

    int slot() {
        return slot;
    }

    /** Those that wait for this backend alone, by ticket. */
    NavigableMap<Long, Waiter> own() {
        return own;
    }

    /** A table is about to be published. Its limit holds from here, lest the first requests that read the table pass without one. */
    void expect(Backend next) {
        coming = next;
        limited(next.maxInflight() > 0);
    }

    /** The table is in force. Without an {@link #expect} before it this backend is not in it. */
    void settle() {
        now = coming;
        coming = null;
        if (now == null) {
            limited(false);
        }
    }

    private void limited(boolean on) {
        load.gate(on ? this : null);
    }

    boolean gone() {
        return now == null && coming == null;
    }

    boolean hasRoom() {
        Backend limiting = coming != null ? coming : now;
        int max = limiting == null ? 0 : limiting.maxInflight();
        return max == 0 || load.inflight() < max;
    }

    /** Whether those that are bound to it may pass. */
    boolean keepsPinned() {
        return now != null && now.keepsPinned();
    }

    /** Whether anybody may pass. */
    boolean takesNew() {
        return now != null && now.takesNew();
    }

    /** Whether a waiter may hope for it: by the table in force, or by the coming one, which it may have read already. */
    boolean mayAdmit(Waiter waiter) {
        if (!waiter.accepts(slot)) {
            return false;
        }
        return waiter.wanted() == Waiter.ANY
                ? takesNew() || (coming != null && coming.takesNew())
                : keepsPinned() || (coming != null && coming.keepsPinned());
    }
}
