// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionRouterTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final int SESSIONS = 3000;

    private final AtomicLong clock = new AtomicLong();
    private final SessionTable table = new SessionTable(100_000, clock::get);
    private final SessionRouter router = new SessionRouter(table, Router.PendingTokens.NONE);
    private final Pool four = Pools.of(4);

    @Test
    void aNewSessionIsPlacedWhereRendezvousSays() {
        for (int n = 0; n < 100; n++) {
            Routed routed = router.route(four, Arrival.of(Pools.session(n), HOUR));

            assertThat(routed.decision()).isEqualTo(Decision.PLACED);
            assertThat(routed.moved()).isNull();
            assertThat(routed.backend())
                    .isEqualTo(Router.order(four, Pools.session(n)).get(0).backend());
            assertThat(routed.pin().slot()).isEqualTo(routed.backend().slot());
        }
    }

    @Test
    void aSessionStaysWhereItIs() {
        Backend home = finished(four, Pools.session(1)).backend();
        for (int n = 0; n < 20; n++) {
            Routed routed = finished(four, Pools.session(1));
            assertThat(routed.decision()).isEqualTo(Decision.PINNED);
            assertThat(routed.backend()).isEqualTo(home);
            assertThat(routed.moved()).isNull();
        }
    }

    @Test
    void followingAPinTakesNoMemory() {
        Arrival arrival = Arrival.of(Pools.session(1), HOUR);
        followed(arrival, 10_000);

        assertThat(followed(arrival, 10_000))
                .as("bytes")
                .isLessThan(10_000); // less than one each: measuring takes some
    }

    private long followed(Arrival arrival, int times) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int n = 0; n < times; n++) {
            router.release(router.route(four, arrival));
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void whatIsLeftOfADrainMovesAtItsDeadline() {
        Backend home = finished(four, Pools.session(1)).backend();
        Routed kept = finished(Pools.with(four, home.slot(), BackendState.DRAIN, true), Pools.session(1));
        assertThat(kept.decision()).isEqualTo(Decision.PINNED);

        Routed moved = finished(Pools.with(four, home.slot(), BackendState.DRAINED, true), Pools.session(1));

        assertThat(moved.decision()).isEqualTo(Decision.REPINNED);
        assertThat(moved.moved()).isEqualTo(MoveReason.DRAIN);
        assertThat(moved.backend().slot()).isNotEqualTo(home.slot());
    }

    /** With the bound of the table as it is by default. Moved ones: a new placement would not find them again. */
    @Test
    void aHundredThousandOtherSessionsTakeNobodysPlace() {
        SessionTable large = new SessionTable(1_000_000, clock::get);
        SessionRouter routes = new SessionRouter(large, Router.PendingTokens.NONE);
        Pool pool = Pools.of(4);
        Pool without = Pools.failed(pool, 0);
        List<Integer> moved = new ArrayList<>();
        for (int n = 0; n < 1_000; n++) {
            routes.release(routes.route(pool, Arrival.of(Pools.session(n), HOUR)));
            Routed routed = routes.route(without, Arrival.of(Pools.session(n), HOUR));
            routes.release(routed);
            moved.add(routed.backend().slot());
        }

        for (int n = 1_000; n < 101_000; n++) {
            routes.release(routes.route(pool, Arrival.of(Pools.session(n), HOUR)));
        }

        for (int n = 0; n < 1_000; n++) {
            Routed routed = routes.route(pool, Arrival.of(Pools.session(n), HOUR));
            assertThat(routed.decision()).isEqualTo(Decision.PINNED);
            assertThat(routed.backend().slot()).isEqualTo(moved.get(n)).isNotZero();
        }
        assertThat(large.evictions(SessionTable.Cause.SIZE)).isZero();
    }

    @Test
    void aForgottenSessionIsPlacedAnew() {
        finished(four, Pools.session(1));
        clock.addAndGet(HOUR);

        assertThat(finished(four, Pools.session(1)).decision()).isEqualTo(Decision.PLACED);
    }

    @Test
    void newBackendsTakeNewSessionsOnly() {
        int[] homes = homes(four);
        Pool five = Pools.of(5);
        int[] now = homes(five);

        assertThat(now).isEqualTo(homes);
        int arrived = 0;
        for (int n = SESSIONS; n < 2 * SESSIONS; n++) {
            arrived += finished(five, Pools.session(n)).backend().slot() == 4 ? 1 : 0;
        }
        assertThat(arrived).isBetween(SESSIONS / 5 - 100, SESSIONS / 5 + 100);
    }

    @Test
    void aDrainedBackendKeepsItsSessionsAndGetsNoNewOne() {
        int[] homes = homes(four);
        Pool draining = Pools.with(four, 2, BackendState.DRAIN, true);

        assertThat(homes(draining)).isEqualTo(homes);
        for (int n = SESSIONS; n < SESSIONS + 500; n++) {
            assertThat(finished(draining, Pools.session(n)).backend().slot()).isNotEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "READY, false, FAULT",
        "DRAIN, false, FAULT",
        "OFF, true, OFF",
        "OFF, false, OFF",
    })
    void onlyTheSessionsOfABackendThatIsOutMoveEachOnceAndEvenly(
            BackendState state, boolean healthy, MoveReason reason) {
        int[] homes = homes(four);
        Pool out = Pools.with(four, 1, state, healthy);
        int[] heirs = new int[4];
        for (int n = 0; n < SESSIONS; n++) {
            Routed routed = finished(out, Pools.session(n));
            if (homes[n] == 1) {
                assertThat(routed.decision()).isEqualTo(Decision.REPINNED);
                assertThat(routed.moved()).isEqualTo(reason);
                heirs[routed.backend().slot()]++;
            } else {
                assertThat(routed.decision()).isEqualTo(Decision.PINNED);
                assertThat(routed.backend().slot()).isEqualTo(homes[n]);
            }
        }
        assertThat(heirs[1]).isZero();
        assertThat(Math.max(heirs[0], Math.max(heirs[2], heirs[3])) - Math.min(heirs[0], Math.min(heirs[2], heirs[3])))
                .as("even to one session: %s", Arrays.toString(heirs))
                .isLessThanOrEqualTo(1);

        for (int n = 0; n < SESSIONS; n++) {
            assertThat(finished(out, Pools.session(n)).decision())
                    .as("each once")
                    .isEqualTo(Decision.PINNED);
        }
    }

    @Test
    void aBackendThatLeftTheConfigurationCountsAsOff() {
        int[] homes = homes(four);
        Pool three = Pools.without(four, 3);
        for (int n = 0; n < SESSIONS; n++) {
            Routed routed = finished(three, Pools.session(n));
            assertThat(routed.moved()).isEqualTo(homes[n] == 3 ? MoveReason.OFF : null);
        }
        assertThat(table.sessions(3)).isZero();
    }

    @Test
    void nobodyMovesWhenTheBackendIsBack() {
        homes(four);
        int[] moved = homes(Pools.failed(four, 1));

        assertThat(homes(four)).isEqualTo(moved);
        assertThat(table.peek(movedFrom(1, moved)).firstSlot())
                .as("where it came from is remembered")
                .isEqualTo(1);
    }

    @Test
    void byPlacementAMovedSessionGoesWhereANewOneWould() {
        PlacementRules replace = PlacementRules.RENDEZVOUS.withReplaceOnUnhealthy();
        Pool pool = Pools.of(replace, four.backends());
        homes(pool);
        Pool out = Pools.failed(pool, 1);
        for (int n = 0; n < SESSIONS; n++) {
            Backend now = finished(out, Pools.session(n)).backend();
            assertThat(now).isEqualTo(Router.place(out, Pools.session(n), Router.PendingTokens.NONE, Set.of()));
        }
    }

    @Test
    void withoutASessionRequestsTakeTurnsAndTheTableIsLeftAlone() {
        int[] counts = new int[4];
        for (int n = 0; n < 1001; n++) {
            Routed routed = finished(four, null);
            assertThat(routed.decision()).isEqualTo(Decision.NO_SESSION);
            assertThat(routed.pin()).isNull();
            counts[routed.backend().slot()]++;
        }

        assertThat(counts).containsExactly(251, 250, 250, 250);
        assertThat(table.size()).isZero();
    }

    @Test
    void requestsWithoutASessionFollowTheWeightsToOneRequest() {
        Pool pool = Pools.weighted(Pools.RENDEZVOUS, 3, 2, 1);
        int[] counts = new int[3];
        for (int n = 1; n <= 600; n++) {
            counts[finished(pool, null).backend().slot()]++;
            assertThat((double) counts[0]).isBetween(n * 3 / 6.0 - 1, n * 3 / 6.0 + 1);
            assertThat((double) counts[2]).isBetween(n * 1 / 6.0 - 1, n * 1 / 6.0 + 1);
        }
        assertThat(counts).containsExactly(300, 200, 100);
    }

    @Test
    void movesDoNotDisturbTheEvennessOfRequestsWithoutASession() {
        homes(four);
        Pool out = Pools.failed(four, 3);
        int[] counts = new int[4];
        for (int n = 0; n < 300; n++) {
            counts[finished(out, null).backend().slot()]++;
            finished(out, Pools.session(n));
            if (n % 7 == 0) {
                router.reroute(out, Arrival.of(null, HOUR), finished(out, Pools.session(n)), Set.of(0));
            }
        }

        assertThat(counts).containsExactly(100, 100, 100, 0);
    }

    @Test
    void everyPoolHasTurnsOfItsOwn() {
        Pool other = new Pool(1, "other", four.backends(), four.rules());
        for (int n = 0; n < 8; n++) {
            assertThat(finished(four, null).backend().slot()).isEqualTo(n % 4);
            assertThat(finished(other, null).backend().slot()).isEqualTo(n % 4);
        }
    }

    @Test
    void whenNobodyIsEligibleThereIsNowhereToGoAndThePinStays() {
        Pool one = Pools.of(1);
        finished(one, Pools.session(1));
        Pool out = Pools.failed(one, 0);
        clock.addAndGet(HOUR - 1);

        for (SessionKey key : new SessionKey[] {null, Pools.session(1), Pools.session(2)}) {
            Routed routed = finished(out, key);
            assertThat(routed.backend()).isNull();
            assertThat(routed.decision()).isEqualTo(Decision.UNROUTABLE);
            assertThat(routed.pin()).isNull();
        }
        assertThat(table.peek(Pools.session(1)).slot()).isZero();
        assertThat(table.peek(Pools.session(2))).isNull();
        assertThat(finished(one, Pools.session(1)).decision()).isEqualTo(Decision.PINNED);
    }

    @Test
    void aRunningRequestKeepsItsPinForAsLongAsItRuns() {
        Routed routed = router.route(four, Arrival.of(Pools.session(1), HOUR));
        clock.addAndGet(24 * HOUR);
        assertThat(finished(four, Pools.session(1)).decision()).isEqualTo(Decision.PINNED);

        clock.addAndGet(24 * HOUR);
        router.release(routed);
        clock.addAndGet(HOUR - 1);
        assertThat(table.peek(Pools.session(1))).isNotNull();
        clock.addAndGet(1);
        assertThat(table.peek(Pools.session(1))).isNull();
    }

    @Test
    void newSessionsKeepOffBackendsWithMuchPending() {
        Pool pool = Pools.of(Pools.LOAD_AWARE, four.backends());
        SessionRouter busy = new SessionRouter(table, slot -> slot == 2 ? 1_000_000 : 0);
        for (int n = 0; n < 500; n++) {
            assertThat(busy.route(pool, Arrival.of(Pools.session(n), HOUR))
                            .backend()
                            .slot())
                    .isNotEqualTo(2);
        }
    }

    private Routed finished(Pool pool, SessionKey key) {
        Routed routed = router.route(pool, Arrival.of(key, HOUR));
        router.release(routed);
        return routed;
    }

    private int[] homes(Pool pool) {
        int[] homes = new int[SESSIONS];
        for (int n = 0; n < SESSIONS; n++) {
            homes[n] = finished(pool, Pools.session(n)).backend().slot();
        }
        return homes;
    }

    private SessionKey movedFrom(int slot, int[] now) {
        for (int n = 0; n < SESSIONS; n++) {
            if (table.peek(Pools.session(n)).firstSlot() == slot && now[n] != slot) {
                return Pools.session(n);
            }
        }
        throw new AssertionError("no session came from slot " + slot);
    }
}
