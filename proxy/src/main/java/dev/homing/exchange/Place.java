// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.admission.BackendLoad;
import dev.homing.admission.FairQueue;
import dev.homing.admission.FairQueue.Entry;
import dev.homing.admission.Waiter;
import dev.homing.routing.Backend;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request's place at a backend: taken where there is room, else waited for; held, and given back exactly once. Confined to its event loop.
 */
final class Place {

    private static final long NOT_WAITING = -1;

    private final LoopScope scope;
    private final Waiter.Listener listener;
    private @Nullable BackendLoad load;
    private @Nullable FairQueue queue;
    private @Nullable Waiter waiter;
    private long waitingSince = NOT_WAITING;
    private long waitedNanos;

    /** @param listener told how waits end */
    Place(LoopScope scope, Waiter.Listener listener) {
        this.scope = scope;
        this.listener = listener;
    }

    /** The load of the backend that it is at. */
    BackendLoad load() {
        if (load == null) {
            throw new IllegalStateException("load: none (expected: a request that has a place)");
        }
        return load;
    }

    /** How long it has waited so far, over all its waits. */
    long waitedNanos() {
        return waitedNanos + (waitingSince == NOT_WAITING ? 0 : scope.nanoTime().getAsLong() - waitingSince);
    }

    /** Takes a place at that backend if there is one that nobody waits for. */
    boolean take(Backend backend) {
        BackendLoad wanted = scope.shared().admission().of(backend.slot());
        if (!wanted.tryBegin()) {
            return false;
        }
        load = wanted;
        return true;
    }

    /**
     * Takes a place, or gets in line for one; a request that has been in a line before has its turn as of then.
     *
     * @param wanted the slot of the only backend that will do, or {@link Waiter#ANY}
     * @param barred slots that will not do
     * @param limit how many may wait
     */
    Entry join(FairQueue line, int wanted, Set<Integer> barred, int limit) {
        Waiter next =
                waiter == null ? new Waiter(wanted, barred, scope.loop(), listener) : waiter.instead(wanted, barred);
        Entry entry = line.join(next, limit);
        waiter = next;
        if (entry == Entry.WAITING) {
            queue = line;
            waitingSince = scope.nanoTime().getAsLong();
        } else if (entry == Entry.ADMITTED) {
            load = scope.shared().admission().of(next.admittedTo());
        }
        return entry;
    }

    /** The backend in that slot was given to it. */
    void admitted(int slot) {
        waitIsOver();
        load = scope.shared().admission().of(slot);
    }

    /** Where it was admitted to last. */
    int admittedTo() {
        return waiter == null ? Waiter.ANY : waiter.admittedTo();
    }

    /** Gives up the place, or the wait for one. Harmless when there is neither. */
    void leave() {
        if (queue != null && waiter != null) {
            queue.leave(waiter);
        }
        waitIsOver();
        if (load != null) {
            load.end();
            load = null;
        }
    }

    private void waitIsOver() {
        waitedNanos = waitedNanos();
        waitingSince = NOT_WAITING;
        queue = null;
    }
}
