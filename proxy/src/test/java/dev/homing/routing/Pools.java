// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Pools for tests: backends {@code gpu-0}, {@code gpu-1} and so on, the number being the slot. */
public final class Pools {

    public static final PlacementRules RENDEZVOUS = PlacementRules.RENDEZVOUS;
    public static final PlacementRules LOAD_AWARE = PlacementRules.loadAware(16_384);

    private Pools() {}

    /** That many, of weight one, ready and healthy. */
    public static Pool of(int size) {
        return of(RENDEZVOUS, IntStream.range(0, size).mapToObj(Pools::backend).toList());
    }

    public static Pool of(PlacementRules rules, List<Backend> backends) {
        return new Pool(0, "default", backends, rules);
    }

    public static Pool weighted(PlacementRules rules, double... weights) {
        return of(
                rules,
                IntStream.range(0, weights.length)
                        .mapToObj(slot -> backend(slot, weights[slot]))
                        .toList());
    }

    public static Backend backend(int slot) {
        return backend(slot, 1);
    }

    public static Backend backend(int slot, double weight) {
        return new Backend(slot, "gpu-" + slot, Mix64.hashId("gpu-" + slot), weight, BackendState.READY, true);
    }

    /** The same pool with one backend in another condition. */
    public static Pool with(Pool pool, int slot, BackendState state, boolean healthy) {
        List<Backend> backends = new ArrayList<>();
        for (Backend b : pool.backends()) {
            backends.add(
                    b.slot() == slot
                            ? new Backend(
                                    slot, b.id(), b.idHash(), b.weight(), state, healthy, b.life(), b.maxInflight())
                            : b);
        }
        return new Pool(pool.index(), pool.name(), backends, pool.rules(), pool.recovering());
    }

    /** The same pool with one backend in another life. */
    public static Pool living(Pool pool, int slot, Life life) {
        List<Backend> backends = pool.backends().stream()
                .map(b -> b.slot() == slot
                        ? new Backend(
                                slot, b.id(), b.idHash(), b.weight(), b.state(), b.healthy(), life, b.maxInflight())
                        : b)
                .toList();
        return new Pool(pool.index(), pool.name(), backends, pool.rules(), pool.recovering());
    }

    public static Pool recovering(Pool pool) {
        return new Pool(pool.index(), pool.name(), pool.backends(), pool.rules(), true);
    }

    public static Pool failed(Pool pool, int slot) {
        return with(pool, slot, BackendState.READY, false);
    }

    /** The same pool without one backend. */
    public static Pool without(Pool pool, int slot) {
        List<Backend> left =
                pool.backends().stream().filter(b -> b.slot() != slot).toList();
        return new Pool(pool.index(), pool.name(), left, pool.rules());
    }

    /** The key of the n-th of some sessions. */
    public static SessionKey session(long n) {
        byte[] id = ("session-" + n).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return SipHash.ofSeed("homing").key("default", id);
    }
}
