// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.time.Duration;
import java.util.List;

/**
 * How names that stand for several replicas are looked up.
 *
 * @param refresh the longest time between two look-ups of a name
 * @param drain how long a replica that left its name serves the sessions it has
 * @param servers asked in this order in place of the system's; empty = the system's
 */
public record Dns(Duration refresh, Duration drain, List<Address> servers) {

    public Dns {
        servers = List.copyOf(servers);
    }
}
