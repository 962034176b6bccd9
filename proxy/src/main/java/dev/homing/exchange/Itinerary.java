// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.admission.BackendLoad;
import dev.homing.affinity.Arrival;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.Pool;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The backends that one request is meant for, one after the other. Holds what that costs them, the session's pin and the backend's load, and
 * gives each back exactly once. Confined to its event loop.
 */
final class Itinerary {

    private final Shared shared;
    private final Pool pool;
    private final Arrival arrival;
    private final Prefill prefill;
    private Routed routed;
    private @Nullable Backend backend;
    private @Nullable BackendLoad load;
    private Set<Integer> tried = Set.of();

    /**
     * Decides where the request goes first.
     *
     * @param prefill counted at each backend in turn
     */
    Itinerary(Shared shared, Pool pool, Arrival arrival, Prefill prefill) {
        this.shared = shared;
        this.pool = pool;
        this.arrival = arrival;
        this.prefill = prefill;
        this.routed = shared.router().route(pool, arrival);
        arrive();
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
        if (load == null) {
            throw new IllegalStateException("load: none (expected: a request that is meant for a backend)");
        }
        return load;
    }

    Decision decision() {
        return routed.decision();
    }

    /** What {@code response_headers} lets a client know, as name, value, name, value. */
    List<String> told() {
        String label = decision().label();
        return backend == null
                ? List.of("X-Homing-Decision", label)
                : List.of("X-Homing-Backend", backend.id(), "X-Homing-Decision", label);
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
        Routed next = shared.router().reroute(pool, arrival, routed, tried);
        if (next.backend() == null) {
            // The decision stays that of the backend that failed.
            routed = new Routed(null, routed.decision(), next.pin(), null);
            return false;
        }
        leave();
        routed = next;
        arrive();
        return true;
    }

    /** The request is over. */
    void close() {
        leave();
        shared.router().release(routed);
    }

    private void arrive() {
        if (routed.moved() != null) {
            shared.observer().sessionMoved(pool, routed.moved());
        }
        if (routed.backend() != null) {
            backend = routed.backend();
            load = shared.admission().of(backend.slot());
            load.tryBegin();
            prefill.meantFor(routed, backend);
        }
    }

    private void leave() {
        if (load != null) {
            load.end();
            load = null;
        }
    }
}
