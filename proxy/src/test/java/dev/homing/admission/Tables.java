// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Life;
import dev.homing.routing.Mix64;
import dev.homing.routing.Pools;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import java.util.List;

/** Tables of one pool with index 0, for tests that care for nothing but room. */
final class Tables {

    private Tables() {}

    static RoutingTable of(Backend... backends) {
        return new RoutingTable(List.of(Pools.of(Pools.RENDEZVOUS, List.of(backends))), new RouteMatcher(List.of()));
    }

    static RoutingTable withoutPools() {
        return new RoutingTable(List.of(), new RouteMatcher(List.of()));
    }

    static Backend up(int slot, int maxInflight) {
        return backend(slot, BackendState.READY, true, maxInflight);
    }

    static Backend drains(int slot, int maxInflight) {
        return backend(slot, BackendState.DRAIN, true, maxInflight);
    }

    static Backend down(int slot, int maxInflight) {
        return backend(slot, BackendState.READY, false, maxInflight);
    }

    private static Backend backend(int slot, BackendState state, boolean healthy, int maxInflight) {
        String id = "b" + slot;
        return new Backend(slot, id, Mix64.hashId(id), 1, state, healthy, Life.FIRST, maxInflight);
    }
}
