// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** When a pinned session leaves a backend that is far behind, and where it goes. */
class ReliefTest {

    private static final PlacementRules FOUR_TIMES = Pools.LOAD_AWARE.withRelief(4);
    private static final SessionKey KEY = Pools.session(5);

    @Test
    void fourTimesThePromptIsStillEnduredAndOneTokenMoreIsNot() {
        Pool pool = Pools.weighted(FOUR_TIMES, 1, 1);

        assertThat(relief(pool, 0, 1000, 100 + 4000, 100)).isNull();
        assertThat(relief(pool, 0, 1000, 100 + 4001, 100).slot()).isEqualTo(1);
    }

    @Test
    void pendingTokensAreDividedByTheWeight() {
        Pool pool = Pools.weighted(FOUR_TIMES, 4, 1);

        assertThat(relief(pool, 0, 1000, 16_400, 100)).isNull();
        assertThat(relief(pool, 0, 1000, 16_404, 100).slot()).isEqualTo(1);
        assertThat(relief(pool, 1, 1000, 400, 4_101).slot()).isZero();
        assertThat(relief(pool, 1, 1000, 400, 4_100)).isNull();
    }

    @Test
    void itGoesToTheLeastLoadedHoweverWellItLikesAnother() {
        Pool pool = Pools.weighted(FOUR_TIMES, 1, 1, 1, 1);
        for (int n = 0; n < 100; n++) {
            SessionKey key = Pools.session(n);
            long[] pending = {1_000_000, 1001, 1000, 1001};

            assertThat(Router.relief(pool, key, pool.bySlot(0), slot -> pending[slot], 1000)
                            .slot())
                    .isEqualTo(2);
        }
    }

    @Test
    void ofEquallyLoadedOnesItTakesTheFirstInItsOrder() {
        Pool pool = Pools.weighted(FOUR_TIMES, 1, 1, 1, 1);
        for (int n = 0; n < 500; n++) {
            SessionKey key = Pools.session(n);
            List<Backend> order =
                    Router.order(pool, key).stream().map(Router.Scored::backend).toList();
            Backend home = order.get(n % 4);

            Backend to = Router.relief(pool, key, home, slot -> slot == home.slot() ? 4001 : 0, 1000);

            assertThat(to).isEqualTo(order.get(n % 4 == 0 ? 1 : 0));
        }
    }

    @Test
    void onlyBackendsThatTakeNewSessionsAreARelief() {
        Pool pool = Pools.weighted(FOUR_TIMES, 1, 1, 1);
        long[] pending = {1_000_000, 0, 500_000};

        Pool failed = Pools.failed(pool, 1);
        Pool draining = Pools.with(pool, 1, BackendState.DRAIN, true);

        for (Pool without : List.of(failed, draining)) {
            assertThat(Router.relief(without, KEY, pool.bySlot(0), slot -> pending[slot], 1000)
                            .slot())
                    .isEqualTo(2);
        }
        assertThat(Router.relief(Pools.failed(draining, 2), KEY, pool.bySlot(0), slot -> pending[slot], 1000))
                .as("its own backend is all there is")
                .isNull();
    }

    @Test
    void aSessionOnADrainedBackendIsRelievedToo() {
        Pool draining = Pools.with(Pools.weighted(FOUR_TIMES, 1, 1), 0, BackendState.DRAIN, true);

        assertThat(relief(draining, 0, 1000, 4001, 0).slot()).isEqualTo(1);
    }

    /** The rule as it is written down, over many loads. */
    @Test
    void itIsTheLeastLoadedOneThatExceedsTheFactor() {
        SplittableRandom random = new SplittableRandom(4);
        int moved = 0;
        for (int n = 0; n < 20_000; n++) {
            Pool pool = Pools.weighted(FOUR_TIMES, 1, 2, 1, 3, 0.5);
            long[] pending = random.longs(5, 0, 20_000).toArray();
            Backend home = pool.bySlot(random.nextInt(5));
            long prompt = random.nextLong(1, 5000);
            double least = pool.backends().stream()
                    .mapToDouble(b -> pending[b.slot()] / b.weight())
                    .min()
                    .orElseThrow();
            boolean moves = pending[home.slot()] / home.weight() - least > 4.0 * prompt;
            Backend expected = !moves
                    ? null
                    : Router.order(pool, Pools.session(n)).stream()
                            .map(Router.Scored::backend)
                            .min(Comparator.comparingDouble(b -> pending[b.slot()] / b.weight()))
                            .orElseThrow();

            assertThat(Router.relief(pool, Pools.session(n), home, slot -> pending[slot], prompt))
                    .isEqualTo(expected);
            moved += moves ? 1 : 0;
        }
        assertThat(moved).isBetween(2_000, 18_000);
    }

    private static Backend relief(Pool pool, int home, long prompt, long... pending) {
        return Router.relief(pool, KEY, pool.bySlot(home), slot -> pending[slot], prompt);
    }
}
