// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.admin.SessionFilter;
import dev.homing.admin.SessionStatus;
import dev.homing.affinity.Pin;
import dev.homing.affinity.SessionTable;
import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SessionKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The sticky table as operators see it: sessions by their hashes, with the backends of one routing table. Any thread. */
final class SessionList {

    private final SessionTable table;

    /** Every backend by its slot, with its pool. */
    private final Map<Integer, Place> places = new HashMap<>();

    SessionList(SessionTable table, RoutingTable backends) {
        this.table = table;
        for (Pool pool : backends.pools()) {
            for (Backend backend : pool.backends()) {
                places.put(backend.slot(), new Place(pool.name(), backend.id()));
            }
        }
    }

    private record Place(String pool, String backend) {}

    /** Those of backends that left the configuration are not among them. Looked up on a thread of its own, since a table of millions may have to be gone through for a few. */
    CompletionStage<List<SessionStatus>> of(SessionFilter filter) {
        return CompletableFuture.supplyAsync(() -> find(filter));
    }

    private List<SessionStatus> find(SessionFilter filter) {
        Map<Integer, Place> wanted = new HashMap<>(places);
        wanted.entrySet()
                .removeIf(of -> table.sessions(of.getKey()) == 0
                        || !filter.accepts(of.getValue().pool(), of.getValue().backend()));
        List<SessionStatus> found = new ArrayList<>();
        if (wanted.isEmpty()) {
            return found;
        }
        for (Pin pin : table.pins()) {
            Place place = wanted.get(pin.slot());
            if (place != null) {
                found.add(status(pin, place));
                if (found.size() == filter.limit()) {
                    break;
                }
            }
        }
        found.sort(Comparator.comparing(SessionStatus::hash));
        return found;
    }

    private SessionStatus status(Pin pin, Place place) {
        long left = TimeUnit.NANOSECONDS.toSeconds(table.nanosLeft(pin));
        return new SessionStatus(pin.key().hex(), place.pool(), place.backend(), pin.running(), left);
    }

    /** Whether it was bound, to a backend of that pool where one is given. */
    boolean forget(@Nullable String pool, SessionKey session) {
        Pin pin = table.peek(session);
        if (pin == null) {
            return false;
        }
        Place place = places.get(pin.slot());
        return (pool == null || (place != null && place.pool().equals(pool))) && table.forget(session);
    }
}
