// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import dev.homing.routing.RoutingTable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The backends of one routing table, from their slots to their names and back. */
final class Roster {

    private final Map<Integer, BackendName> names = new HashMap<>();
    private final Map<BackendName, Integer> slots = new HashMap<>();

    Roster(RoutingTable table) {
        for (Pool pool : table.pools()) {
            for (Backend backend : pool.backends()) {
                BackendName name = new BackendName(pool.name(), backend.id());
                names.put(backend.slot(), name);
                slots.put(name, backend.slot());
            }
        }
    }

    /** Null when no backend of the table has that slot. */
    @Nullable BackendName name(int slot) {
        return names.get(slot);
    }

    /** {@link SessionTable#NONE} when the table has no such backend. */
    int slot(BackendName name) {
        return slots.getOrDefault(name, SessionTable.NONE);
    }

    /** Where a pin is bound, in words; null when no backend of the table has its slot. */
    @Nullable Binding binding(Pin pin) {
        BackendName bound = names.get(pin.slot());
        BackendName first = names.get(pin.firstSlot());
        return bound == null ? null : new Binding(bound.pool(), bound.id(), first == null ? bound.id() : first.id());
    }

    Map<Integer, BackendName> names() {
        return Map.copyOf(names);
    }
}
