// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import java.util.HashMap;
import java.util.Map;

/**
 * The dense numbers that backends and pools go by. None is given to another name while the process lives: a request that is still running,
 * or a pin, may hold the number of a backend that left, and a backend that comes back finds its sessions again.
 */
final class Slots {

    private final Map<BackendKey, Integer> backends = new HashMap<>();
    private final Map<String, Integer> pools = new HashMap<>();

    int of(BackendKey key) {
        return backends.computeIfAbsent(key, unseen -> backends.size());
    }

    int ofPool(String name) {
        return pools.computeIfAbsent(name, unseen -> pools.size());
    }
}
