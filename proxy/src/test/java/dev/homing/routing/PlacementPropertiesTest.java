// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for placement whatever the pool looks like: each seed makes one up, of 2 to 9 backends with weights from 0.1 to 8. */
class PlacementPropertiesTest {

    private static final int MANY = 100_000;
    private static final int SOME = 20_000;

    /** Two percentage points over 100,000 sessions, and chance needs less: four standard deviations are 0.63 at most. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void newSessionsSpreadByTheWeights(long seed) {
        Pool pool = pool(new Random(seed));
        double sum = weights(pool).sum();
        Map<String, Integer> counts = new HashMap<>();
        for (int n = 0; n < MANY; n++) {
            counts.merge(place(pool, n).id(), 1, Integer::sum);
        }

        assertThat(pool.backends())
                .allSatisfy(backend -> assertThat(counts.getOrDefault(backend.id(), 0) / (double) MANY)
                        .isCloseTo(backend.weight() / sum, within(0.02)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void withEqualWeightsNobodyHasTwoPointsMoreThanItsShare(long seed) {
        int size = 2 + new Random(seed).nextInt(15);
        Pool pool = Pools.of(size);
        int[] counts = new int[size];
        for (int n = 0; n < MANY; n++) {
            counts[place(pool, n).slot()]++;
        }

        for (int count : counts) {
            assertThat(count / (double) MANY).isCloseTo(1.0 / size, within(0.02));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aBackendThatGoesMovesItsOwnSessionsOnlyAndOneThatComesTakesOnlyForItself(long seed) {
        Random random = new Random(seed);
        Pool with = pool(random);
        int slot = random.nextInt(with.backends().size());
        Pool without = Pools.without(with, slot);
        Pool failed = Pools.failed(with, slot);
        for (int n = 0; n < SOME; n++) {
            Backend before = place(with, n);
            Backend after = place(without, n);

            assertThat(place(failed, n).id()).isEqualTo(after.id());
            if (before.slot() != slot) {
                assertThat(after).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aChangedWeightMovesSessionsToItOrFromItAndNowhereElse(long seed) {
        Random random = new Random(seed);
        Pool before = pool(random);
        int slot = random.nextInt(before.backends().size());
        boolean more = random.nextBoolean();
        List<Backend> changed = new ArrayList<>(before.backends());
        Backend old = changed.get(slot);
        changed.set(slot, Pools.backend(slot, old.weight() * (more ? 1.7 : 0.6)));
        Pool after = Pools.of(before.rules(), changed);
        int moved = 0;
        for (int n = 0; n < SOME; n++) {
            int was = place(before, n).slot();
            int is = place(after, n).slot();
            if (was != is) {
                moved++;
                assertThat(more ? is : was).isEqualTo(slot);
            }
        }

        assertThat(moved).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theOrderOfTheListNeverMattersWhateverTheLoadAndTheStates(long seed) {
        Random random = new Random(seed);
        Pool pool = pool(random);
        BackendState[] states = BackendState.values();
        long[] load = random.longs(pool.backends().size(), 0, 60_000).toArray();
        for (int slot = 0; slot < load.length; slot++) {
            if (random.nextInt(4) == 0) {
                pool = Pools.with(pool, slot, states[random.nextInt(states.length)], random.nextBoolean());
            }
        }
        for (int shuffle = 0; shuffle < 5; shuffle++) {
            List<Backend> list = new ArrayList<>(pool.backends());
            Collections.shuffle(list, random);
            Pool shuffled = Pools.of(pool.rules(), list);
            for (int n = 0; n < 1_000; n++) {
                SessionKey key = Pools.session(n);
                assertThat(Router.place(shuffled, key, slot -> load[slot], Set.of()))
                        .isEqualTo(Router.place(pool, key, slot -> load[slot], Set.of()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void withNothingPendingLoadAwareIsRendezvous(long seed) {
        Pool loadAware = pool(new Random(seed));
        Pool rendezvous = Pools.of(Pools.RENDEZVOUS, loadAware.backends());
        for (int n = 0; n < SOME; n++) {
            assertThat(place(loadAware, n)).isEqualTo(place(rendezvous, n));
        }
    }

    /** The one that a session prefers of those that are not too busy, looked for without working out what every backend's score is. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theChoiceIsTheFirstOfTheRankingThatFits(long seed) {
        Random random = new Random(seed);
        double[] sizes = {1, 1, 1, 2, 0.5, 7.3};
        double[] weights = IntStream.range(0, 2 + random.nextInt(200))
                .mapToDouble(slot -> sizes[random.nextInt(1 + (int) (seed % sizes.length))])
                .toArray();
        Pool pool = Pools.weighted(PlacementRules.loadAware(random.nextInt(30_000)), weights);
        long[] load = random.longs(weights.length, 0, 60_000).toArray();
        for (int n = 0; n < 2_000; n++) {
            SessionKey key = Pools.session(n);
            Backend first = Router.rank(pool, key, slot -> load[slot]).order().stream()
                    .filter(rank -> rank.fitness() == Ranking.Fitness.FITS)
                    .findFirst()
                    .orElseThrow()
                    .backend();

            assertThat(Router.place(pool, key, slot -> load[slot], Set.of())).isEqualTo(first);
        }
    }

    private static Backend place(Pool pool, int n) {
        return Router.place(pool, Pools.session(n), Router.PendingTokens.NONE, Set.of());
    }

    private static DoubleStream weights(Pool pool) {
        return pool.backends().stream().mapToDouble(Backend::weight);
    }

    private static Pool pool(Random random) {
        double[] weights = random.doubles(2 + random.nextInt(8), 0.1, 8).toArray();
        return Pools.weighted(PlacementRules.loadAware(random.nextInt(30_000)), weights);
    }
}
