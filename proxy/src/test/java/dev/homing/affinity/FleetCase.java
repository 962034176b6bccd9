// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.FleetObserver.Operation;
import dev.homing.affinity.FleetObserver.Result;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Two proxies that share a table, on virtual time. */
abstract class FleetCase {

    static final long HOUR = TimeUnit.HOURS.toNanos(1);
    static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    final AtomicLong clock = new AtomicLong();
    final FakeTable shared = new FakeTable();
    Pool pool = Pools.of(4);

    /** One proxy of the fleet; its own load decides where it would place. */
    final class Proxy implements FleetObserver {

        final SessionTable table = new SessionTable(100_000, clock::get);
        final FakeTable.Line line = shared.line();
        final Fleet fleet;
        final Map<Integer, Long> pending = new HashMap<>();
        final SessionRouter router;
        final List<String> told = new ArrayList<>();
        final Map<String, Integer> counted = new HashMap<>();

        Proxy(String name) {
            fleet = new Fleet(name, table, line, () -> table(pool), clock::get, this);
            router = new SessionRouter(table, slot -> pending.getOrDefault(slot, 0L), Room.PLENTY, fleet);
            line.listener = fleet;
            fleet.tick();
        }

        /** A whole request, as the data plane treats it. */
        Routed request(int session) {
            Routed routed = begin(session);
            assertThat(routed.awaited() == null || routed.awaited().isOver()).isTrue();
            Routed heard = router.heard(pool, arrival(session), routed, Set.of());
            router.release(heard);
            return heard;
        }

        Routed begin(int session) {
            return router.route(pool, arrival(session));
        }

        Routed heard(int session, Routed routed) {
            return router.heard(pool, arrival(session), routed, Set.of());
        }

        void ticks(int count) {
            for (int i = 0; i < count; i++) {
                fleet.tick();
            }
        }

        int slot(int session) {
            Pin pin = table.peek(Pools.session(session));
            return pin == null ? SessionTable.NONE : pin.slot();
        }

        int count(Operation operation, Result result) {
            return counted.getOrDefault(operation.label() + " " + result.label(), 0);
        }

        @Override
        public void asked(Operation operation, Result result) {
            counted.merge(operation.label() + " " + result.label(), 1, Integer::sum);
        }

        @Override
        public void up() {
            told.add("up");
        }

        @Override
        public void away(String reason) {
            told.add("away: " + reason);
        }
    }

    static RoutingTable table(Pool pool) {
        return new RoutingTable(List.of(pool), new RouteMatcher(List.of()));
    }

    static Arrival arrival(int session) {
        return Arrival.of(Pools.session(session), HOUR);
    }

    final Proxy a = new Proxy("proxy-a");
    final Proxy b = new Proxy("proxy-b");
}
