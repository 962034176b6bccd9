// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A configuration seen from one of its mappings, the top level's or a pool's: what that mapping's keys are written from.
 *
 * @param settings those that hold in this mapping
 * @param backends those listed in this mapping itself
 */
record View(HomingConfig config, PoolSettings settings, List<BackendConfig> backends) {

    /** The top level; a pool alone that is all defaults is written as {@code backends}. */
    static View top(HomingConfig config) {
        boolean brief = isBrief(config);
        return new View(config, config.defaults(), brief ? config.pools().get(0).backends() : List.of());
    }

    /** The pools that must be written as such, each with what it overrides. */
    List<PoolDraft> pools() {
        return isBrief(config)
                ? List.of()
                : config.pools().stream().map(this::draft).toList();
    }

    /** The routes that must be written as such. */
    List<RouteConfig> routes() {
        return isBrief(config) ? List.of() : config.routes();
    }

    private PoolDraft draft(PoolConfig pool) {
        View inside = new View(config, pool.settings(), pool.backends());
        return new PoolDraft(pool.name(), Registry.POOL.differing(inside, new View(config, settings, List.of())));
    }

    private static boolean isBrief(HomingConfig config) {
        PoolConfig first = config.pools().get(0);
        return config.pools().size() == 1
                && first.name().equals(PoolDraft.DEFAULT)
                && first.settings().equals(config.defaults())
                && config.routes().equals(List.of(RouteKeys.everythingTo(first.name())));
    }

    /** Null as the absence that a key's kind knows. */
    static <T> Optional<T> maybe(@Nullable T value) {
        return Optional.ofNullable(value);
    }
}
