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
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Pinned sessions and the load of their backends. */
class RelievedSessionTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final SessionKey KEY = Pools.session(1);

    private final long[] pending = new long[4];
    private final SessionTable table = new SessionTable(100_000, () -> 0);
    private final SessionRouter router = new SessionRouter(table, slot -> pending[slot]);
    private final Pool off =
            Pools.of(PlacementRules.loadAware(16_384), Pools.of(4).backends());
    private final Pool pool = Pools.of(off.rules().withRelief(4), off.backends());

    @Test
    void aSessionMovesOnceItsBackendIsFourTimesItsPromptBehindAndStaysThere() {
        int home = finished(pool, 1000).backend().slot();
        pending[home] = 4000;
        assertThat(finished(pool, 1000).decision()).isEqualTo(Decision.PINNED);

        pending[home] = 4001;
        Routed relieved = finished(pool, 1000);

        assertThat(relieved.decision()).isEqualTo(Decision.RELIEVED);
        assertThat(relieved.moved()).isEqualTo(MoveReason.LOAD);
        assertThat(relieved.backend().slot()).isNotEqualTo(home);
        assertThat(table.peek(KEY).slot()).isEqualTo(relieved.backend().slot());
        assertThat(table.sessions(home)).isZero();
        pending[home] = 0;
        Routed next = finished(pool, 1000);
        assertThat(next.decision()).isEqualTo(Decision.PINNED);
        assertThat(next.backend()).isEqualTo(relieved.backend());
    }

    @Test
    void aLongHistoryStaysWhereAShortOneLeaves() {
        int home = finished(pool, 1000).backend().slot();
        pending[home] = 50_000;

        assertThat(finished(pool, 12_500).decision()).isEqualTo(Decision.PINNED);
        assertThat(finished(pool, 12_499).decision()).isEqualTo(Decision.RELIEVED);
    }

    @Test
    void aSessionWithRequestsUnderWayStays() {
        Routed running = router.route(pool, arrival(1000));
        pending[running.backend().slot()] = 1_000_000;

        assertThat(finished(pool, 1000).decision()).isEqualTo(Decision.PINNED);
        router.release(running);
        assertThat(finished(pool, 1000).decision()).isEqualTo(Decision.RELIEVED);
    }

    @Test
    void aPromptOfUnknownSizeIsTakenToBeLikeTheLastOne() {
        PendingWork work = new PendingWork((slot, tokens) -> {});
        Routed first = finished(pool, 1000);
        pending[first.backend().slot()] = 4000;
        assertThat(finished(pool, 0).decision()).as("nothing is known at all").isEqualTo(Decision.PINNED);

        work.claim(first, new PromptSize(1000, 1));
        assertThat(finished(pool, 0).decision()).isEqualTo(Decision.PINNED);
        pending[first.backend().slot()] = 4001;
        assertThat(finished(pool, 0).decision()).isEqualTo(Decision.RELIEVED);
    }

    @Test
    void withReliefOffNoLoadMovesAnybody() {
        SplittableRandom random = new SplittableRandom(2);
        int[] homes = new int[300];
        for (int n = 0; n < 20_000; n++) {
            int session = random.nextInt(homes.length);
            pending[random.nextInt(4)] = random.nextLong(10_000_000);
            Routed routed =
                    router.route(off, Arrival.of(Pools.session(session), HOUR).withPrompt(new PromptSize(1, 1)));
            router.release(routed);
            int slot = routed.backend().slot() + 1;
            assertThat(homes[session]).isIn(0, slot);
            homes[session] = slot;
        }
    }

    @Test
    void aBeginningThatManySessionsShareIsWhatTheyArePlacedBy() {
        SessionKey beginning = Pools.session(777);
        int expected = Router.order(off, beginning).get(0).backend().slot();
        for (int n = 0; n < 50; n++) {
            Arrival arrival = Arrival.of(Pools.session(n), HOUR).withHome(beginning);
            assertThat(router.isPinned(off, Pools.session(n))).isFalse();

            assertThat(router.route(off, arrival).backend().slot()).isEqualTo(expected);

            assertThat(router.isPinned(off, Pools.session(n))).isTrue();
            assertThat(router.isPinned(Pools.failed(off, expected), Pools.session(n)))
                    .isFalse();
            assertThat(router.isPinned(Pools.without(off, expected), Pools.session(n)))
                    .isFalse();
        }
        pending[expected] = 16_385;
        assertThat(router.route(off, Arrival.of(Pools.session(99), HOUR).withHome(beginning))
                        .backend())
                .as("unless it is busy")
                .isEqualTo(Router.order(off, beginning).get(1).backend());
    }

    @Test
    void requestsWithoutASessionGoWhereTheLeastIsPending() {
        Pool least = Pools.of(off.rules().withLeastPending(), off.backends());
        pending[0] = 2;
        pending[1] = 1;
        pending[2] = 1;
        pending[3] = 2;
        int[] counts = new int[4];
        for (int n = 0; n < 100; n++) {
            Routed routed = router.route(least, Arrival.of(null, HOUR));
            assertThat(routed.decision()).isEqualTo(Decision.NO_SESSION);
            counts[routed.backend().slot()]++;
        }
        assertThat(counts).containsExactly(0, 50, 50, 0);
    }

    private Routed finished(Pool in, long promptTokens) {
        Routed routed = router.route(in, arrival(promptTokens));
        router.release(routed);
        return routed;
    }

    private static Arrival arrival(long promptTokens) {
        return Arrival.of(KEY, HOUR).withPrompt(new PromptSize(promptTokens, 1));
    }
}
