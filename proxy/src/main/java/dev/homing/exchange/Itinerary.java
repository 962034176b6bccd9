// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.admission.BackendLoad;
import dev.homing.admission.FairQueue;
import dev.homing.admission.FairQueue.Entry;
import dev.homing.admission.Waiter;
import dev.homing.affinity.Arrival;
import dev.homing.affinity.FleetWord;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.config.Affinity.WhenFull;
import dev.homing.config.PoolSettings;
import dev.homing.health.Outcome;
import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.Pool;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The backends that one request is meant for, one after the other. Holds what that costs them, the session's pin and the place at the backend, and
 * gives each back exactly once. Confined to its event loop.
 */
final class Itinerary {

    private final Shared shared;
    private final Arrival arrival;
    private final Prefill prefill;
    private final Place place;
    private Reception reception;
    private Routed routed;
    private @Nullable Backend backend;
    private Set<Integer> tried = Set.of();

    /** The last decision that was told to have moved the session. */
    private @Nullable Routed moveTold;

    /**
     * Decides where the request goes first.
     *
     * @param prefill counted at each backend in turn
     * @param listener told how waits for a full backend end
     */
    Itinerary(LoopScope scope, Reception reception, Prefill prefill, Waiter.Listener listener) {
        this.shared = scope.shared();
        this.reception = reception;
        this.prefill = prefill;
        this.place = new Place(scope, listener);
        this.arrival = reception.arrival().withPrompt(prefill.announced());
        this.routed = shared.router().route(reception.pool(), arrival);
        go();
    }

    /** The backend that it is meant for now, or was meant for last; null when there never was one. */
    @Nullable Backend backend() {
        return backend;
    }

    /** That backend, of a request that has one. */
    Backend destination() {
        if (backend == null) {
            throw new IllegalStateException("backend: none (expected: a request that was routed)");
        }
        return backend;
    }

    /** The load of that backend. */
    BackendLoad load() {
        return place.load();
    }

    /** Tells how it went at that backend, as far as it matters for its health. */
    void report(Outcome outcome) {
        shared.outcomes().outcome(destination().slot(), outcome);
    }

    Decision decision() {
        return routed.decision();
    }

    /** How long it has waited for full backends so far. */
    long waitedNanos() {
        return place.waitedNanos();
    }

    /** What {@code response_headers} lets a client know, as name, value, name, value. */
    List<String> told() {
        String label = decision().label();
        return backend == null
                ? List.of("X-Homing-Decision", label)
                : List.of("X-Homing-Backend", backend.id(), "X-Homing-Decision", label);
    }

    /** What the fleet has still to say before it is known where the request goes; null = nothing. */
    @Nullable FleetWord awaited() {
        return routed.awaited();
    }

    /** The fleet has said its word, or nothing in time: goes where its session is bound by now. */
    void heard() {
        routed = shared.router().heard(pool(), arrival, routed, tried);
        tellMove();
        meant();
    }

    /** Takes a place at the backend that it is meant for, or waits: for that one when a session is bound to it, else for any. */
    Entry enter() {
        if (place.take(destination())) {
            settle(destination());
            return Entry.ADMITTED;
        }
        boolean bound = routed.pin() != null;
        if (bound && settings().affinity().stickiness().whenFull() == WhenFull.SPILL && spill()) {
            return Entry.ADMITTED;
        }
        int wanted = bound ? destination().slot() : Waiter.ANY;
        Entry entry = place.join(queue(), wanted, tried, settings().queue().limit());
        Backend granted = entry == Entry.ADMITTED ? pool().bySlot(place.admittedTo()) : null;
        if (granted != null) {
            settle(granted);
        } else if (entry == Entry.ADMITTED) {
            place.leave(); // by a newer table than this request's
            return Entry.OUT;
        } else if (!bound) {
            backend = null;
            prefill.meantForAny();
        }
        return entry;
    }

    /** After a wait it was given a place at the backend in that slot. */
    void admitted(int slot) {
        place.admitted(slot);
    }

    /**
     * Takes up the place that it was given; false when the backend is out by now, and it has to be routed again.
     *
     * @param now what the request goes by from now on
     */
    boolean settles(int slot, Reception now) {
        reception = now;
        Backend granted = now.pool().bySlot(slot);
        if (granted == null || !(routed.pin() == null ? granted.takesNew() : granted.keepsPinned())) {
            return false;
        }
        settle(granted);
        return true;
    }

    /**
     * Goes elsewhere, because whom it waited for is out; false when there is nobody.
     *
     * @param now what the request goes by from now on
     */
    boolean displaced(Reception now) {
        reception = now;
        place.leave();
        return reroute();
    }

    /** Goes elsewhere for once, if anybody has room; the session stays bound where it is. */
    boolean spill() {
        Backend home = backend;
        if (routed.pin() == null || home == null) {
            return false;
        }
        Set<Integer> out = new HashSet<>(tried);
        out.add(home.slot());
        for (Routed next = shared.router().spill(pool(), arrival, routed, out);
                next.backend() != null;
                next = shared.router().spill(pool(), arrival, routed, out)) {
            if (place.take(next.backend())) {
                routed = next;
                go();
                return true;
            }
            out.add(next.backend().slot()); // it was faster
        }
        return false;
    }

    /** Goes on to a backend that was not tried yet; false when there is none. */
    boolean another() {
        if (backend == null) {
            return false;
        }
        if (tried.isEmpty()) {
            tried = new HashSet<>();
        }
        tried.add(backend.slot());
        place.leave();
        return reroute();
    }

    /** Does not wait any longer. */
    void stopWaiting() {
        place.leave();
    }

    /** Seconds after which its queue is likely to have moved. */
    int retryAfterSeconds() {
        return queue().retryAfterSeconds();
    }

    /** The request is over. */
    void close() {
        place.leave();
        shared.router().release(routed);
    }

    private boolean reroute() {
        Routed next = shared.router().reroute(pool(), arrival, routed, tried);
        if (next.backend() == null) {
            // The decision stays that of the backend that failed.
            routed = new Routed(null, routed.decision(), next.pin(), null);
            return false;
        }
        routed = next;
        go();
        return true;
    }

    private void go() {
        if (routed.awaited() == null) {
            tellMove();
        }
        meant();
    }

    /** Told when it is known that it is one, and once. */
    private void tellMove() {
        if (routed.moved() != null && routed.pin() != null && routed.backend() != null && !routed.equals(moveTold)) {
            moveTold = routed;
            shared.observer().sessionMoved(pool(), routed.pin().key(), routed.backend(), routed.moved());
        }
    }

    private void meant() {
        if (routed.backend() != null) {
            backend = routed.backend();
        }
        if (routed.backend() != null && routed.pin() != null) {
            prefill.meantFor(routed, routed.backend());
        }
    }

    /** It has a place there. Without a session that is when it is known where its prompt will be read. */
    private void settle(Backend at) {
        backend = at;
        if (routed.pin() == null) {
            prefill.meantFor(new Routed(at, routed.decision(), null, null), at);
        }
    }

    private Pool pool() {
        return reception.pool();
    }

    private PoolSettings settings() {
        return reception.setup().settings();
    }

    private FairQueue queue() {
        return shared.admission().queue(pool().index());
    }
}
