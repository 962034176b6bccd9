// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What becomes of requests whose backend could not take them. */
class RerouteTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final int SESSIONS = 3000;

    private final AtomicLong clock = new AtomicLong();
    private final SessionTable table = new SessionTable(100_000, clock::get);
    private final SessionRouter router = new SessionRouter(table, Router.PendingTokens.NONE);
    private final Pool four = Pools.of(4);

    @Test
    void aFirstRequestThatFailsIsPlacedElsewhereAndCountsAsPlaced() {
        Routed first = router.route(four, Arrival.of(Pools.session(1), HOUR));
        int failed = first.backend().slot();

        Routed second = router.reroute(four, Arrival.of(Pools.session(1), HOUR), first, Set.of(failed));

        assertThat(second.decision()).isEqualTo(Decision.PLACED);
        assertThat(second.moved()).isNull();
        assertThat(second.backend())
                .isEqualTo(Router.order(four, Pools.session(1)).get(1).backend());
        assertThat(table.peek(Pools.session(1)).slot())
                .isEqualTo(second.backend().slot());
        router.release(second);
        assertThat(table.peek(Pools.session(1)).running()).isZero();
    }

    @Test
    void aPinnedRequestThatFailsTakesItsSessionElsewhere() {
        finished(four, Pools.session(1));
        Routed first = router.route(four, Arrival.of(Pools.session(1), HOUR));
        int failed = first.backend().slot();

        Routed second = router.reroute(four, Arrival.of(Pools.session(1), HOUR), first, Set.of(failed));

        assertThat(second.decision()).isEqualTo(Decision.REPINNED);
        assertThat(second.moved()).isEqualTo(MoveReason.FAULT);
        assertThat(second.backend().slot()).isNotEqualTo(failed);
        router.release(second);
        assertThat(finished(four, Pools.session(1)).backend()).isEqualTo(second.backend());
        assertThat(table.peek(Pools.session(1)).running()).isZero();
    }

    @Test
    void sessionsThatFailBeforeTheProbesNoticeSpreadEvenlyToo() {
        for (int n = 0; n < SESSIONS; n++) {
            finished(four, Pools.session(n));
        }
        int[] heirs = new int[4];
        int moved = 0;
        for (int n = 0; n < SESSIONS; n++) {
            Routed routed = router.route(four, Arrival.of(Pools.session(n), HOUR));
            if (routed.backend().slot() == 1) {
                routed = router.reroute(four, Arrival.of(Pools.session(n), HOUR), routed, Set.of(1));
                heirs[routed.backend().slot()]++;
                moved++;
            }
            router.release(routed);
        }

        assertThat(heirs[1]).isZero();
        for (int slot : new int[] {0, 2, 3}) {
            assertThat(heirs[slot]).isBetween(moved / 3, moved / 3 + 1);
        }
    }

    @Test
    void aFailedRequestFollowsItsSessionWhenAnotherHasMovedIt() {
        finished(four, Pools.session(1));
        Routed one = router.route(four, Arrival.of(Pools.session(1), HOUR));
        Routed two = router.route(four, Arrival.of(Pools.session(1), HOUR));
        int failed = one.backend().slot();

        Routed moved = router.reroute(four, Arrival.of(Pools.session(1), HOUR), one, Set.of(failed));
        Routed follows = router.reroute(four, Arrival.of(Pools.session(1), HOUR), two, Set.of(failed));

        assertThat(follows.backend()).isEqualTo(moved.backend());
        assertThat(follows.decision()).isEqualTo(Decision.REPINNED);
        assertThat(follows.moved()).as("one move").isNull();
        assertThat(follows.pin().running()).isEqualTo(2);
    }

    @Test
    void aFailedRequestWhosePinWasForgottenBindsItsSessionAgain() {
        finished(four, Pools.session(1));
        Routed first = router.route(four, Arrival.of(Pools.session(1), HOUR));
        table.forget(Pools.session(1));

        Routed second = router.reroute(
                four,
                Arrival.of(Pools.session(1), HOUR),
                first,
                Set.of(first.backend().slot()));

        assertThat(second.decision()).isEqualTo(Decision.REPINNED);
        assertThat(second.moved()).isEqualTo(MoveReason.FAULT);
        assertThat(table.peek(Pools.session(1))).isSameAs(second.pin());
        assertThat(first.pin().running()).isZero();
        assertThat(second.pin().running()).isEqualTo(1);
    }

    @Test
    void whenAllWereTriedTheRequestEndsAndThePinStays() {
        Pool two = Pools.of(2);
        Routed first = router.route(two, Arrival.of(Pools.session(1), HOUR));

        Routed second = router.reroute(two, Arrival.of(Pools.session(1), HOUR), first, Set.of(0, 1));

        assertThat(second.backend()).isNull();
        assertThat(second.decision()).isEqualTo(Decision.UNROUTABLE);
        router.release(second);
        assertThat(table.peek(Pools.session(1)).slot())
                .isEqualTo(first.backend().slot());
        assertThat(table.peek(Pools.session(1)).running()).isZero();
        clock.addAndGet(HOUR);
        assertThat(table.peek(Pools.session(1))).as("its TTL runs").isNull();
    }

    @Test
    void byPlacementAFailedRequestGoesToTheNextInItsSessionsOrder() {
        Pool pool = Pools.of(PlacementRules.RENDEZVOUS.withReplaceOnUnhealthy(), four.backends());
        finished(pool, Pools.session(1));
        Routed first = router.route(pool, Arrival.of(Pools.session(1), HOUR));

        Routed second = router.reroute(
                pool,
                Arrival.of(Pools.session(1), HOUR),
                first,
                Set.of(first.backend().slot()));

        assertThat(second.backend())
                .isEqualTo(Router.order(pool, Pools.session(1)).get(1).backend());
        assertThat(second.decision()).isEqualTo(Decision.REPINNED);
    }

    @Test
    void aFailedRequestWithoutASessionGoesElsewhere() {
        Routed first = router.route(four, Arrival.of(null, HOUR));
        for (int n = 0; n < 20; n++) {
            Routed second = router.reroute(
                    four, Arrival.of(null, HOUR), first, Set.of(first.backend().slot()));
            assertThat(second.decision()).isEqualTo(Decision.NO_SESSION);
            assertThat(second.backend()).isNotEqualTo(first.backend());
        }
        assertThat(router.reroute(four, Arrival.of(null, HOUR), first, Set.of(0, 1, 2, 3))
                        .decision())
                .isEqualTo(Decision.UNROUTABLE);
    }

    private Routed finished(Pool pool, SessionKey key) {
        Routed routed = router.route(pool, Arrival.of(key, HOUR));
        router.release(routed);
        return routed;
    }
}
