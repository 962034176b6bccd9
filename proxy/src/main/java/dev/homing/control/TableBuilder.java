// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.Affinity;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.config.RouteConfig;
import dev.homing.routing.Backend;
import dev.homing.routing.Glob;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Makes a routing table of a configuration and of what is known of its backends. */
final class TableBuilder {

    private TableBuilder() {}

    /**
     * The table of one moment.
     *
     * @param poolIndex a pool's number in the process, by name
     * @param backends those of a pool, by its name, as they are now
     * @param recovering whether a pool, by name, with these backends is {@link Pool#recovering}
     */
    static RoutingTable build(
            HomingConfig config,
            ToIntFunction<String> poolIndex,
            Function<String, List<Backend>> backends,
            BiPredicate<String, List<Backend>> recovering) {
        List<Pool> pools = config.pools().stream()
                .map(pool -> {
                    List<Backend> now = backends.apply(pool.name());
                    return new Pool(
                            poolIndex.applyAsInt(pool.name()),
                            pool.name(),
                            now,
                            rules(pool.settings().affinity()),
                            recovering.test(pool.name(), now));
                })
                .toList();
        return new RoutingTable(pools, routes(config));
    }

    private static PlacementRules rules(Affinity affinity) {
        Affinity.Placement placement = affinity.placement();
        return new PlacementRules(
                placement.policy() == Affinity.Policy.LOAD_AWARE,
                placement.slackTokens(),
                placement.relief(),
                placement.noSession() == Affinity.NoSession.LEAST_PENDING,
                affinity.stickiness().onUnhealthy() == Affinity.OnUnhealthy.PLACEMENT,
                affinity.stickiness().onReturn() == Affinity.OnReturn.HOME);
    }

    private static RouteMatcher routes(HomingConfig config) {
        List<String> names = config.pools().stream().map(PoolConfig::name).toList();
        return new RouteMatcher(config.routes().stream()
                .map(route -> rule(route, names.indexOf(route.pool())))
                .toList());
    }

    private static RouteMatcher.Rule rule(RouteConfig route, int pool) {
        if (pool < 0) {
            throw new IllegalArgumentException("route: " + route + " (expected: a pool that exists)");
        }
        Map<String, String> headers = new HashMap<>();
        route.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        String wanted = route.model();
        Glob model = wanted == null || wanted.equals("*") ? null : new Glob(wanted);
        return new RouteMatcher.Rule(lower(route.host()), route.pathPrefix(), headers, model, pool);
    }

    private static @Nullable String lower(@Nullable String host) {
        return host == null ? null : host.toLowerCase(Locale.ROOT);
    }
}
