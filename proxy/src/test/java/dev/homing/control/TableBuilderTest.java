// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.config.Affinity;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.config.PoolSettings;
import dev.homing.config.RouteConfig;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableBuilderTest {

    private static RoutingTable build(HomingConfig config) {
        Slots slots = new Slots();
        return TableBuilder.build(
                config, slots::ofPool, pool -> backends(config, pool, slots), (pool, backends) -> pool.equals("embed"));
    }

    private static List<Backend> backends(HomingConfig config, String pool, Slots slots) {
        return config.pools().stream()
                .filter(one -> one.name().equals(pool))
                .flatMap(one -> one.backends().stream())
                .map(one -> new Backend(
                        slots.of(new BackendKey(pool, one.id())),
                        one.id(),
                        one.id().hashCode(),
                        1,
                        BackendState.READY,
                        true))
                .toList();
    }

    @Test
    void aPoolIsRecoveringWhenItIsSaidToBe() {
        RoutingTable table = build(
                Configs.of(Configs.pool("chat", Configs.backend("a")), Configs.pool("embed", Configs.backend("c"))));

        assertThat(table.pools()).extracting(Pool::recovering).containsExactly(false, true);
    }

    @Test
    void poolsAndBackendsStandInTheOrderOfTheConfiguration() {
        RoutingTable table = build(Configs.of(
                Configs.pool("chat", Configs.backend("b"), Configs.backend("a")),
                Configs.pool("embed", Configs.backend("c"))));

        assertThat(table.pools()).extracting(Pool::name).containsExactly("chat", "embed");
        assertThat(table.pools().get(0).backends()).extracting(Backend::id).containsExactly("b", "a");
    }

    @Test
    void routesFindTheirPoolByItsName() {
        RoutingTable table = build(Configs.of(
                List.of(
                        new RouteConfig("Api.Example.org", "/v1/embeddings", Map.of(), null, "embed"),
                        new RouteConfig(null, null, Map.of("X-Tier", "Gold"), null, "gold"),
                        new RouteConfig(null, "/v1", Map.of(), null, "chat")),
                Configs.pool("chat", Configs.backend("a")),
                Configs.pool("gold", Configs.backend("a")),
                Configs.pool("embed", Configs.backend("a"))));

        assertThat(table.routes().match("api.example.ORG:8080", "/v1/embeddings", name -> null))
                .isEqualTo(2);
        assertThat(table.routes().match("x", "/other", name -> name.equals("x-tier") ? "Gold" : null))
                .isEqualTo(1);
        assertThat(table.routes().match("x", "/v1/chat/completions", name -> "gold"))
                .isZero();
        assertThat(table.routes().match("x", "/v2", name -> null)).isEqualTo(-1);
    }

    @Test
    void aRouteForEveryModelIsARouteForEveryRequest() {
        RoutingTable table = build(Configs.of(
                List.of(
                        new RouteConfig(null, "/v1/x", Map.of(), "qwen*", "chat"),
                        new RouteConfig(null, null, Map.of(), "*", "embed")),
                Configs.pool("chat", Configs.backend("a")),
                Configs.pool("embed", Configs.backend("a"))));

        assertThat(table.routes().match("x", "/v1/x", name -> null)).isEqualTo(RouteMatcher.BY_MODEL);
        assertThat(table.routes().match("x", "/v1/x", name -> null, "qwen3")).isZero();
        assertThat(table.routes().match("x", "/v1", name -> null)).isEqualTo(1);
    }

    @Test
    void placementRulesAreThePools() {
        PoolSettings plain = Configs.settings(Configs.HEALTH);
        PoolSettings other = new PoolSettings(
                Configs.affinity(Affinity.Policy.RENDEZVOUS, Affinity.OnUnhealthy.PLACEMENT),
                plain.queue(),
                plain.health(),
                plain.timeouts(),
                plain.limits(),
                plain.upstream());
        RoutingTable table = build(Configs.of(
                Configs.pool("one", Configs.backend("a")),
                new PoolConfig("two", List.of(Configs.backend("a")), other)));

        assertThat(table.pools())
                .extracting(Pool::rules)
                .containsExactly(
                        PlacementRules.loadAware(16_384), new PlacementRules(false, 16_384, 0, false, true, false));
    }

    @Test
    void reliefAndRequestsWithoutASessionAreThePools() {
        PoolSettings plain = Configs.settings(Configs.HEALTH);
        Affinity affinity = plain.affinity();
        PoolSettings other = new PoolSettings(
                new Affinity(
                        affinity.identity(),
                        new Affinity.Placement(
                                Affinity.NoSession.LEAST_PENDING,
                                Affinity.Policy.LOAD_AWARE,
                                16_384,
                                Affinity.Home.SESSION,
                                4),
                        affinity.stickiness(),
                        affinity.table()),
                plain.queue(),
                plain.health(),
                plain.timeouts(),
                plain.limits(),
                plain.upstream());

        assertThat(build(Configs.of(new PoolConfig("one", List.of(Configs.backend("a")), other)))
                        .pools()
                        .get(0)
                        .rules())
                .isEqualTo(PlacementRules.loadAware(16_384).withRelief(4).withLeastPending());
    }

    @Test
    void whatTheReaderShouldHaveRefusedIsABug() {
        assertThatThrownBy(() -> build(Configs.of(
                        List.of(new RouteConfig(null, null, Map.of(), null, "nowhere")),
                        Configs.pool("chat", Configs.backend("a")))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
