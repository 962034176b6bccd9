// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import dev.homing.routing.RoutingTable;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The gauges of the backends and pools in the current table: one that leaves it takes its gauges along. Confined to the thread that publishes
 * tables.
 */
final class BackendGauges {

    /** Stands for the backend of requests that wait for no particular one. */
    private static final String ANY = "any";

    private final MeterRegistry registry;
    private final MeterCatalog catalog;
    private final Readings readings;
    private final Map<Identity, Gauges> current = new HashMap<>();

    /** By the pool's name. */
    private final Map<String, Meter> queues = new HashMap<>();

    BackendGauges(MeterRegistry registry, MeterCatalog catalog, Readings readings) {
        this.registry = registry;
        this.catalog = catalog;
        this.readings = readings;
    }

    void table(RoutingTable table) {
        // first out, then in: a backend that comes back in another slot has the same labels
        Set<Identity> gone = new HashSet<>(current.keySet());
        table.pools().forEach(pool -> pool.backends().forEach(backend -> gone.remove(identity(pool, backend))));
        gone.forEach(this::remove);
        Set<String> goneQueues = new HashSet<>(queues.keySet());
        table.pools().forEach(pool -> goneQueues.remove(pool.name()));
        goneQueues.forEach(name -> registry.remove(Objects.requireNonNull(queues.remove(name))));
        for (Pool pool : table.pools()) {
            queues.computeIfAbsent(
                    pool.name(),
                    name -> catalog.queued(
                            name, ANY, () -> readings.queued().forAny().applyAsLong(pool.index())));
            for (Backend backend : pool.backends()) {
                current.computeIfAbsent(identity(pool, backend), this::register)
                        .up()
                        .set(backend.healthy());
            }
        }
    }

    private void remove(Identity identity) {
        Gauges gauges = current.remove(identity);
        if (gauges != null) {
            gauges.meters().forEach(registry::remove);
        }
    }

    private Gauges register(Identity of) {
        AtomicBoolean up = new AtomicBoolean();
        return new Gauges(
                up,
                List.of(
                        catalog.backendUp(of.pool, of.id, () -> up.get() ? 1 : 0),
                        catalog.sessions(
                                of.pool, of.id, () -> readings.sessions().applyAsLong(of.slot)),
                        catalog.inflight(
                                of.pool, of.id, () -> readings.inflight().applyAsLong(of.slot)),
                        catalog.queued(
                                of.pool,
                                of.id,
                                () -> readings.queued().forBackend().applyAsLong(of.slot)),
                        catalog.pendingTokens(
                                of.pool, of.id, () -> readings.pendingTokens().applyAsLong(of.slot))));
    }

    private static Identity identity(Pool pool, Backend backend) {
        return new Identity(pool.name(), backend.id(), backend.slot());
    }

    private record Identity(String pool, String id, int slot) {}

    /** What one backend shows; {@code up} is written here and read by the scraping thread. */
    private record Gauges(AtomicBoolean up, List<Meter> meters) {}
}
