// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.BackendConfig;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A backend of the configuration, or a replica of a name in it, and the slot it holds.
 *
 * @param slot unique in the process; the same for one (pool, id) as long as the process lives
 * @param address where it is; null = where its URL says
 */
public record Placed(
        int slot,
        String pool,
        BackendConfig backend,
        @Nullable InetAddress address) {}
