// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.util.List;
import java.util.SplittableRandom;

/** The choices of one actor, the same ones whenever it has the same seed. Confined to its thread. */
final class Chance {

    private final SplittableRandom random;

    private Chance(SplittableRandom random) {
        this.random = random;
    }

    /** @param actor whose choices they are: every actor has its own */
    static Chance of(long seed, String actor) {
        return new Chance(new SplittableRandom(seed * 1_000_003 + actor.hashCode()));
    }

    /** Choices for somebody else, who may be on another thread. */
    Chance split() {
        return new Chance(random.split());
    }

    boolean in(int percent) {
        return random.nextInt(100) < percent;
    }

    /** Both bounds are among them. */
    int between(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    <T> T of(List<T> things) {
        return things.get(random.nextInt(things.size()));
    }
}
