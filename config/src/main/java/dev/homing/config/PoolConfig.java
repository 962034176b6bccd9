// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.List;

/**
 * A named list of interchangeable backends and the rules that hold among them.
 *
 * @param backends at least one, ids unique within the pool
 * @param settings the top level's, with what this pool overrides
 */
public record PoolConfig(String name, List<BackendConfig> backends, PoolSettings settings) {

    public PoolConfig {
        backends = List.copyOf(backends);
    }
}
