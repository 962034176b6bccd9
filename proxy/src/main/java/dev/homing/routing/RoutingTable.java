// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.List;

/**
 * Everything a decision needs, as of one moment: read once a request, replaced as a whole by the control thread.
 *
 * @param pools in the order of the configuration, which may change with every reload; what outlives a reload goes by {@link Pool#index}
 * @param routes which pool a request belongs to, as a position in {@code pools}
 */
public record RoutingTable(List<Pool> pools, RouteMatcher routes) {

    public RoutingTable {
        pools = List.copyOf(pools);
    }
}
