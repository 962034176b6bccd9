// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.routing.Ranking.Fitness;
import dev.homing.routing.Ranking.Rank;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RankingTest {

    private static final SessionKey KEY = Pools.session(1);

    @Test
    void theFirstThatFitsIsWhatPlacementTakes() {
        SplittableRandom random = new SplittableRandom(7);
        for (int run = 0; run < 5_000; run++) {
            Pool pool = pool(random);
            SessionKey key = Pools.session(run);
            long[] load = random.longs(pool.backends().size(), 0, 40_000).toArray();

            Ranking ranking = Router.rank(pool, key, slot -> load[slot]);

            Backend placed = Router.place(pool, key, slot -> load[slot], Set.of());
            assertThat(ranking.order().stream()
                            .filter(rank -> rank.fitness() == Fitness.FITS)
                            .map(Rank::backend)
                            .findFirst()
                            .orElse(null))
                    .as("run %d", run)
                    .isEqualTo(placed);
            assertThat(ranking.order())
                    .allSatisfy(rank -> assertThat(rank.pendingTokens())
                            .isEqualTo(load[rank.backend().slot()]));
        }
    }

    @Test
    void theOrderAndTheScoresAreTheSessionsWhateverTheLoad() {
        Pool pool = Pools.of(Pools.LOAD_AWARE, Pools.of(5).backends());

        assertThat(Router.rank(pool, KEY, slot -> slot * 100_000L).order().stream()
                        .map(rank -> new Router.Scored(rank.backend(), rank.score())))
                .containsExactlyElementsOf(Router.order(pool, KEY));
    }

    @Test
    void theSlackIsTheLastLoadThatFits() {
        Pool pool = Pools.weighted(PlacementRules.loadAware(1_000), 1, 2);

        assertThat(fitness(pool, 500, 3_000)).containsExactly(Fitness.FITS, Fitness.FITS);
        assertThat(fitness(pool, 500, 3_001)).containsExactly(Fitness.FITS, Fitness.BUSY);
        assertThat(fitness(pool, 1_001, 0)).containsExactly(Fitness.BUSY, Fitness.FITS);
        assertThat(Router.rank(pool, KEY, slot -> slot == 0 ? 500 : 800).leastLoad())
                .isEqualTo(400);
    }

    @Test
    void byRendezvousNobodyIsTooBusy() {
        assertThat(fitness(Pools.weighted(Pools.RENDEZVOUS, 1, 1), 0, 1_000_000_000))
                .containsExactly(Fitness.FITS, Fitness.FITS);
    }

    @Test
    void whoIsOutIsOutAndItsLoadIsNoMeasure() {
        Pool pool = Pools.failed(Pools.weighted(PlacementRules.loadAware(10), 1, 1, 1), 0);
        Pool drained = Pools.with(pool, 1, BackendState.DRAIN, true);

        assertThat(fitness(pool, 0, 100, 105)).containsExactly(Fitness.OUT, Fitness.FITS, Fitness.FITS);
        assertThat(fitness(drained, 0, 0, 105)).containsExactly(Fitness.OUT, Fitness.OUT, Fitness.FITS);
        Pool nobody = Pools.failed(drained, 2);
        assertThat(fitness(nobody, 1, 1, 1)).containsOnly(Fitness.OUT);
        assertThat(Router.rank(nobody, KEY, slot -> 9).leastLoad()).isZero();
    }

    /** In the order of the slots. */
    private static List<Fitness> fitness(Pool pool, long... load) {
        return Router.rank(pool, KEY, slot -> load[slot]).order().stream()
                .sorted((a, b) -> a.backend().slot() - b.backend().slot())
                .map(Rank::fitness)
                .toList();
    }

    private static Pool pool(SplittableRandom random) {
        double[] weights = random.doubles(1 + random.nextInt(6), 0.1, 4).toArray();
        Pool pool = Pools.weighted(
                random.nextBoolean() ? Pools.RENDEZVOUS : PlacementRules.loadAware(random.nextInt(30_000)), weights);
        for (int slot = 0; slot < weights.length; slot++) {
            if (random.nextInt(3) == 0) {
                BackendState[] states = BackendState.values();
                pool = Pools.with(pool, slot, states[random.nextInt(states.length)], random.nextBoolean());
            }
        }
        return pool;
    }
}
