// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.BackendConfig;

/**
 * A configured backend and the slot it holds.
 *
 * @param slot unique in the process; the same for one (pool, id) as long as the process lives
 */
public record Placed(int slot, String pool, BackendConfig backend) {}
