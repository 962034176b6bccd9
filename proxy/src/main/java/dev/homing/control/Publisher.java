// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.HomingConfig;
import dev.homing.routing.RoutingTable;
import java.util.List;

/** Hands what the control thread decided to the data plane. */
@FunctionalInterface
public interface Publisher {

    /**
     * Called on the control thread, in order, whenever any of the three changed.
     *
     * @param backends every backend of {@code config}, whatever its health; the same list object until there are others, or they are elsewhere
     */
    void publish(HomingConfig config, RoutingTable table, List<Placed> backends);
}
