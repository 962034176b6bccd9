// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import dev.homing.routing.RoutingTable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The meters of all pools and backends that any routing table has had, found by index and slot; immutable. */
final class KnownMeters {

    private final MeterCatalog catalog;
    private final @Nullable PoolMeters[] pools;
    private final @Nullable BackendMeters[] backends;

    private KnownMeters(MeterCatalog catalog, @Nullable PoolMeters[] pools, @Nullable BackendMeters[] backends) {
        this.catalog = catalog;
        this.pools = pools;
        this.backends = backends;
    }

    static KnownMeters none(MeterCatalog catalog) {
        return new KnownMeters(catalog, new PoolMeters[0], new BackendMeters[0]);
    }

    /** These, and those of a new table. */
    KnownMeters with(RoutingTable table) {
        int lastPool = pools.length - 1;
        int lastSlot = backends.length - 1;
        for (Pool pool : table.pools()) {
            lastPool = Math.max(lastPool, pool.index());
            for (Backend backend : pool.backends()) {
                lastSlot = Math.max(lastSlot, backend.slot());
            }
        }
        KnownMeters more =
                new KnownMeters(catalog, Arrays.copyOf(pools, lastPool + 1), Arrays.copyOf(backends, lastSlot + 1));
        for (Pool pool : table.pools()) {
            more.pools[pool.index()] = of(pool);
            for (Backend backend : pool.backends()) {
                more.backends[backend.slot()] = of(pool, backend);
            }
        }
        return more;
    }

    /** These without those of a backend. Whoever still holds them counts for nobody. */
    KnownMeters without(String pool, String backend) {
        KnownMeters fewer = new KnownMeters(catalog, pools, backends.clone());
        for (int slot = 0; slot < backends.length; slot++) {
            BackendMeters meters = backends[slot];
            if (meters != null && meters.isOf(pool, backend)) {
                fewer.backends[slot] = null;
            }
        }
        return fewer;
    }

    /** The pool's meters; of a pool that no table has had, made for this call. */
    PoolMeters of(Pool pool) {
        PoolMeters known = pool.index() < pools.length ? pools[pool.index()] : null;
        return known != null && known.name().equals(pool.name()) ? known : new PoolMeters(catalog, pool.name());
    }

    /** The backend's meters; of a backend that no table has had, made for this call. */
    BackendMeters of(Pool pool, Backend backend) {
        BackendMeters known = inSlot(backend.slot());
        return known != null && known.isOf(pool.name(), backend.id())
                ? known
                : new BackendMeters(catalog, pool.name(), backend.id());
    }

    /** The meters of whichever backend a table last had in that slot. */
    @Nullable BackendMeters inSlot(int slot) {
        return slot < backends.length ? backends[slot] : null;
    }

    /** What all of them have counted since the process started. */
    Totals totals() {
        Map<String, PoolTotals> byPool = new HashMap<>();
        for (PoolMeters pool : pools) {
            if (pool != null) {
                byPool.put(pool.name(), pool.totals());
            }
        }
        Map<Totals.Member, TokenCount> byBackend = new HashMap<>();
        for (BackendMeters backend : backends) {
            if (backend != null) {
                byBackend.put(backend.member(), backend.totals());
            }
        }
        return new Totals(byPool, byBackend);
    }
}
