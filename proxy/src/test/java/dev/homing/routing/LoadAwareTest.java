// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoadAwareTest {

    private static final long SLACK = Pools.LOAD_AWARE.slackTokens();

    @Test
    void withNothingPendingItIsRendezvous() {
        Pool loadAware = Pools.weighted(Pools.LOAD_AWARE, 1, 2, 0.5, 4);
        Pool rendezvous = Pools.weighted(Pools.RENDEZVOUS, 1, 2, 0.5, 4);
        for (int n = 0; n < 10_000; n++) {
            SessionKey key = Pools.session(n);
            assertThat(place(loadAware, key, Router.PendingTokens.NONE))
                    .isEqualTo(place(rendezvous, key, Router.PendingTokens.NONE));
        }
    }

    @Test
    void rendezvousDoesNotLookAtTheLoad() {
        Pool pool = Pools.of(3);
        SessionKey key = Pools.session(5);
        int first = Router.order(pool, key).get(0).backend().slot();

        assertThat(place(pool, key, slot -> slot == first ? Long.MAX_VALUE : 0).slot())
                .isEqualTo(first);
    }

    @Test
    void theSlackIsStillAcceptedAndOneTokenMoreIsNot() {
        Pool pool = Pools.weighted(Pools.LOAD_AWARE, 1, 1, 1);
        SessionKey key = Pools.session(5);
        List<Integer> order = order(pool, key);

        long[] pending = {100, 100, 100};
        pending[order.get(0)] = 100 + SLACK;
        assertThat(place(pool, key, slot -> pending[slot]).slot()).isEqualTo(order.get(0));

        pending[order.get(0)] = 100 + SLACK + 1;
        assertThat(place(pool, key, slot -> pending[slot]).slot()).isEqualTo(order.get(1));
    }

    @Test
    void pendingTokensAreDividedByTheWeight() {
        Pool pool = Pools.weighted(Pools.LOAD_AWARE, 4, 1);
        SessionKey key = sessionThatPrefers(pool, 0);

        assertThat(place(pool, key, slot -> slot == 0 ? 4 * SLACK : 0).slot()).isZero();
        assertThat(place(pool, key, slot -> slot == 0 ? 4 * SLACK + 4 : 0).slot())
                .isEqualTo(1);
    }

    /** The rule as it is written down: walk in score order, take the first that is within the slack of the least loaded one. */
    @Test
    void itIsTheFirstInScoreOrderWithinTheSlack() {
        SplittableRandom random = new SplittableRandom(3);
        for (int n = 0; n < 5000; n++) {
            Pool pool = Pools.weighted(Pools.LOAD_AWARE, 1, 2, 1, 3, 0.5);
            SessionKey key = Pools.session(n);
            long[] pending = random.longs(5, 0, 3 * SLACK).toArray();
            Set<Integer> tried = random.nextInt(3) == 0 ? Set.of(random.nextInt(5)) : Set.of();

            double least = pool.backends().stream()
                    .filter(b -> !tried.contains(b.slot()))
                    .mapToDouble(b -> pending[b.slot()] / b.weight())
                    .min()
                    .orElseThrow();
            Backend expected = Router.order(pool, key).stream()
                    .map(Router.Scored::backend)
                    .filter(b -> !tried.contains(b.slot()))
                    .filter(b -> pending[b.slot()] / b.weight() <= least + SLACK)
                    .findFirst()
                    .orElseThrow();

            assertThat(Router.place(pool, key, slot -> pending[slot], tried)).isEqualTo(expected);
        }
    }

    @Test
    void onlyEligibleBackendsCount() {
        Pool pool = Pools.failed(Pools.weighted(Pools.LOAD_AWARE, 1, 1, 1), 0);
        for (int n = 0; n < 50; n++) {
            Backend placed = place(pool, Pools.session(n), slot -> slot == 0 ? 0 : 10 * SLACK);
            assertThat(placed.slot())
                    .as("an idle backend that is out draws nobody")
                    .isIn(1, 2);
        }
        Pool out = Pools.failed(Pools.weighted(Pools.LOAD_AWARE, 1), 0);
        assertThat(place(out, Pools.session(0), Router.PendingTokens.NONE)).isNull();
    }

    @Test
    void loadThatGrowsWhileItLooksLeavesTheLeastLoadedOne() {
        Pool pool = Pools.weighted(Pools.LOAD_AWARE, 1, 1);
        AtomicInteger looks = new AtomicInteger();
        // the two looks for the least, one for its load; from then on everyone is far above it
        Router.PendingTokens growing = slot -> looks.getAndIncrement() < 3 ? slot : 100 * SLACK;

        assertThat(place(pool, Pools.session(0), growing).slot()).isZero();
    }

    private static Backend place(Pool pool, SessionKey key, Router.PendingTokens pending) {
        return Router.place(pool, key, pending, Set.of());
    }

    private static List<Integer> order(Pool pool, SessionKey key) {
        return Router.order(pool, key).stream().map(s -> s.backend().slot()).toList();
    }

    private static SessionKey sessionThatPrefers(Pool pool, int slot) {
        for (int n = 0; ; n++) {
            if (order(pool, Pools.session(n)).get(0) == slot) {
                return Pools.session(n);
            }
        }
    }
}
