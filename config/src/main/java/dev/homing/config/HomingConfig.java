// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.List;

/**
 * One whole, valid configuration. Values that a pool may override stand twice: in {@code defaults} as the top level gives them, and in
 * each pool as they hold there.
 *
 * @param pools at least one, names unique
 * @param routes in order, first match wins; with a single {@code backends} list one route that matches everything
 */
public record HomingConfig(
        Server server,
        List<PoolConfig> pools,
        List<RouteConfig> routes,
        PoolSettings defaults,
        Edge edge,
        Telemetry telemetry) {

    public HomingConfig {
        pools = List.copyOf(pools);
        routes = List.copyOf(routes);
    }
}
