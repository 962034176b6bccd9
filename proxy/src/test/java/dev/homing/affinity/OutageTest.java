// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.Router;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What sessions do when their backends fail: one of them, or all. */
class OutageTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final int SESSIONS = 12_000;

    private final SessionTable table = new SessionTable(100_000, () -> 0);
    private final SessionRouter router = new SessionRouter(table, Router.PendingTokens.NONE);
    private final Pool six = Pools.of(6);

    static Stream<PlacementRules> bothWays() {
        return Stream.of(
                PlacementRules.loadAware(16_384),
                PlacementRules.loadAware(16_384).withReplaceOnUnhealthy());
    }

    /** Of some 2,000 sessions each of the five others gets 400, give or take what chance does: 25 %, four standard deviations and more. */
    @ParameterizedTest
    @MethodSource("bothWays")
    void theSessionsOfAFailedBackendSpreadOverAllOthers(PlacementRules rules) {
        for (int failed = 0; failed < 6; failed++) {
            SessionTable sessions = new SessionTable(100_000, () -> 0);
            SessionRouter routes = new SessionRouter(sessions, Router.PendingTokens.NONE);
            Pool pool = Pools.of(rules, six.backends());
            List<Integer> homes = homes(routes, pool);
            Pool without = Pools.failed(pool, failed);

            Map<Integer, Integer> moved = new HashMap<>();
            for (int n = 0; n < SESSIONS; n++) {
                Routed routed = request(routes, without, n);
                if (homes.get(n) == failed) {
                    moved.merge(routed.backend().slot(), 1, Integer::sum);
                } else {
                    assertThat(routed.backend().slot()).isEqualTo(homes.get(n));
                }
            }

            int all = moved.values().stream().mapToInt(Integer::intValue).sum();
            assertThat(moved).hasSize(5).doesNotContainKey(failed);
            assertThat(moved.values())
                    .allSatisfy(count -> assertThat(count * 5.0 / all).isBetween(0.75, 1.25));
        }
    }

    @ParameterizedTest
    @MethodSource("bothWays")
    void theyGoByTheWeightsOfTheOthers(PlacementRules rules) {
        Pool pool = Pools.weighted(rules, 1, 1, 2, 4);
        List<Integer> homes = homes(router, pool);
        Pool without = Pools.failed(pool, 0);

        int[] moved = new int[4];
        for (int n = 0; n < SESSIONS; n++) {
            int slot = request(router, without, n).backend().slot();
            moved[slot] += homes.get(n) == 0 ? 1 : 0;
        }

        double all = IntStream.of(moved).sum();
        assertThat(moved[1] / all).isBetween(1 / 7.0 - 0.04, 1 / 7.0 + 0.04);
        assertThat(moved[2] / all).isBetween(2 / 7.0 - 0.04, 2 / 7.0 + 0.04);
        assertThat(moved[3] / all).isBetween(4 / 7.0 - 0.04, 4 / 7.0 + 0.04);
    }

    @Test
    void withAllOutNobodyIsMovedAndNobodyIsForgotten() {
        List<Integer> homes = homes(router, six);
        Pool out = only(six);

        for (int n = 0; n < SESSIONS; n++) {
            assertThat(request(router, out, n)).isEqualTo(new Routed(null, Decision.UNROUTABLE, null, null));
        }

        assertThat(homes(router, six)).isEqualTo(homes);
    }

    @Test
    void theFirstThatIsBackServesTheOthersSessionsButDoesNotKeepThem() {
        List<Integer> homes = homes(router, six);
        Pool firstBack = Pools.recovering(only(six, 2));

        for (int n = 0; n < SESSIONS; n++) {
            Routed routed = request(router, firstBack, n);
            boolean own = homes.get(n) == 2;
            assertThat(routed.backend().slot()).isEqualTo(2);
            assertThat(routed.decision()).isEqualTo(own ? Decision.PINNED : Decision.SPILLED);
            assertThat(routed.moved()).isNull();
        }

        assertThat(homes(router, six))
                .as("all are back, and so are their sessions")
                .isEqualTo(homes);
        assertThat(IntStream.range(0, 6).mapToLong(table::sessions).sum()).isEqualTo(SESSIONS);
    }

    @Test
    void guestsAreDealtOutAmongThoseThatAreBack() {
        homes(router, six);
        Pool three = Pools.recovering(only(six, 1, 3, 4));
        int[] served = new int[6];
        for (int n = 0; n < SESSIONS; n++) {
            int slot = request(router, three, n).backend().slot();
            served[slot]++;
            assertThat(request(router, three, n).backend().slot())
                    .as("and found again")
                    .isEqualTo(slot);
        }
        assertThat(served[1] + served[3] + served[4]).isEqualTo(SESSIONS);
        assertThat(List.of(served[1], served[3], served[4]))
                .allSatisfy(count -> assertThat(count * 3.0 / SESSIONS).isBetween(0.9, 1.1));
    }

    @Test
    void aGuestWhoseHostFailsGoesToAnotherOneAndStillKeepsItsPin() {
        List<Integer> homes = homes(router, six);
        Pool two = Pools.recovering(only(six, 1, 3));
        int n = IntStream.range(0, SESSIONS)
                .filter(i -> homes.get(i) == 0)
                .findFirst()
                .orElseThrow();
        Routed first = router.route(two, Arrival.of(Pools.session(n), HOUR));
        int host = first.backend().slot();

        Routed second = router.reroute(two, Arrival.of(Pools.session(n), HOUR), first, Set.of(host));
        assertThat(second.decision()).isEqualTo(Decision.SPILLED);
        assertThat(second.backend().slot()).isEqualTo(4 - host);
        Routed none = router.reroute(two, Arrival.of(Pools.session(n), HOUR), second, Set.of(1, 3));

        assertThat(none.backend()).isNull();
        assertThat(none.pin()).isNull();
        assertThat(table.peek(Pools.session(n)).running()).isZero();
        assertThat(table.peek(Pools.session(n)).slot()).isZero();
    }

    @Test
    void aRunningGuestKeepsItsPinAlive() {
        List<Integer> homes = homes(router, six);
        int n = homes.indexOf(0);
        Routed guest = router.route(Pools.recovering(only(six, 1)), Arrival.of(Pools.session(n), HOUR));

        assertThat(guest.pin().running()).isEqualTo(1);
        router.release(guest);
        assertThat(guest.pin().running()).isZero();
    }

    @Test
    void sessionsThatBeginWhileAPoolRecoversArePlacedForGood() {
        Pool firstBack = Pools.recovering(only(six, 2));
        assertThat(request(router, firstBack, 1).decision()).isEqualTo(Decision.PLACED);

        assertThat(request(router, six, 1).decision()).isEqualTo(Decision.PINNED);
        assertThat(request(router, six, 1).backend().slot()).isEqualTo(2);
    }

    @Test
    void whoIsNotBackInTimeLosesItsSessions() {
        List<Integer> homes = homes(router, six);
        int n = homes.indexOf(0);
        Pool late = only(six, 1, 2);

        Routed moved = request(router, late, n);

        assertThat(moved.decision()).isEqualTo(Decision.REPINNED);
        assertThat(request(router, six, n).backend()).isEqualTo(moved.backend());
    }

    private static List<Integer> homes(SessionRouter router, Pool pool) {
        List<Integer> homes = new ArrayList<>();
        for (int n = 0; n < SESSIONS; n++) {
            homes.add(request(router, pool, n).backend().slot());
        }
        return homes;
    }

    private static Routed request(SessionRouter router, Pool pool, int n) {
        Routed routed = router.route(pool, Arrival.of(Pools.session(n), HOUR));
        router.release(routed);
        return routed;
    }

    /** With all others failed. */
    private static Pool only(Pool pool, int... healthy) {
        Set<Integer> up = Set.copyOf(IntStream.of(healthy).boxed().toList());
        Pool left = pool;
        for (Backend backend : pool.backends()) {
            left = up.contains(backend.slot()) ? left : Pools.failed(left, backend.slot());
        }
        return left;
    }
}
