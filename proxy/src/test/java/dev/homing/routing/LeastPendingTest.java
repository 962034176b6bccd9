// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LeastPendingTest {

    @Test
    void theLeastForItsWeightIsChosen() {
        Pool pool = Pools.weighted(Pools.RENDEZVOUS, 4, 1, 1);
        long[] pending = {399, 100, 101};
        for (long ticket = 0; ticket < 10; ticket++) {
            assertThat(Router.leastPending(pool, ticket, slot -> pending[slot], Set.of())
                            .slot())
                    .isZero();
        }
        pending[0] = 404;
        assertThat(Router.leastPending(pool, 0, slot -> pending[slot], Set.of()).slot())
                .isEqualTo(1);
    }

    @Test
    void whenNobodyIsBusyItIsRoundRobin() {
        Pool pool = Pools.weighted(Pools.RENDEZVOUS, 3, 2, 1);
        for (long ticket = 0; ticket < 100; ticket++) {
            assertThat(Router.leastPending(pool, ticket, Router.PendingTokens.NONE, Set.of()))
                    .isEqualTo(Router.turn(pool, ticket, Set.of()));
        }
    }

    @Test
    void thoseWithEquallyLittleTakeTurnsByWeight() {
        Pool pool = Pools.weighted(Pools.RENDEZVOUS, 3, 2, 1);
        int[] counts = new int[3];
        for (long ticket = 0; ticket < 400; ticket++) {
            counts[
                    Router.leastPending(pool, ticket, slot -> slot == 1 ? 1 : 0, Set.of())
                            .slot()]++;
        }
        assertThat(counts).containsExactly(300, 0, 100);
    }

    @Test
    void whatWasTriedOrIsOutIsPassedOver() {
        Pool pool = Pools.failed(Pools.weighted(Pools.RENDEZVOUS, 1, 1, 1), 0);

        assertThat(Router.leastPending(pool, 0, slot -> slot, Set.of(1)).slot()).isEqualTo(2);
        assertThat(Router.leastPending(pool, 0, slot -> slot, Set.of(1, 2))).isNull();
        assertThat(Router.leastPending(Pools.failed(Pools.of(1), 0), 0, slot -> 0, Set.of()))
                .isNull();
    }

    @Test
    void nobodyWithMoreThanTheLeastIsEverChosen() {
        SplittableRandom random = new SplittableRandom(8);
        for (int n = 0; n < 5000; n++) {
            Pool pool = Pools.weighted(Pools.RENDEZVOUS, 1, 2, 1, 3, 0.5);
            long[] pending = random.longs(5, 0, 4).toArray();
            Backend chosen = Router.leastPending(pool, random.nextLong(), slot -> pending[slot], Set.of());
            double least = IntStream.range(0, 5)
                    .mapToDouble(slot -> pending[slot] / pool.bySlot(slot).weight())
                    .min()
                    .orElseThrow();

            assertThat(pending[chosen.slot()] / chosen.weight()).isEqualTo(least);
        }
    }
}
