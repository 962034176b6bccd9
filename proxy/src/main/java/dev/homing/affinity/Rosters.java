// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.RoutingTable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The roster of the routing table that is in force, made once a table. Any thread may ask. */
final class Rosters {

    private final Supplier<RoutingTable> backends;

    /** By the newest table that somebody asked by. Written by any thread; any of them will do. */
    private volatile @Nullable Named named;

    private record Named(RoutingTable table, Roster roster) {}

    /** @param backends as they are when it is asked */
    Rosters(Supplier<RoutingTable> backends) {
        this.backends = backends;
    }

    @SuppressWarnings("ReferenceEquality") // each table is another one, and none is looked into to find out
    Roster now() {
        RoutingTable newest = backends.get();
        Named known = named;
        if (known == null || known.table() != newest) {
            known = new Named(newest, new Roster(newest));
            named = known;
        }
        return known.roster();
    }
}
