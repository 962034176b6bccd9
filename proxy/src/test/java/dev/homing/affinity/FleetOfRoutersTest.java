// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.FleetObserver.Operation;
import dev.homing.affinity.FleetObserver.Result;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Proxies that share a table: who is asked when, and who follows whom. */
class FleetOfRoutersTest extends FleetCase {

    @Test
    void aSessionThatOnePlacesIsPinnedForTheOtherThoughItWouldPlaceItElsewhere() {
        Routed placed = a.request(1);
        Pool busy = Pools.of(Pools.LOAD_AWARE, pool.backends());
        pool = busy;
        b.pending.put(placed.backend().slot(), 1_000_000L);

        Routed followed = b.request(1);

        assertThat(placed.decision()).isEqualTo(Decision.PLACED);
        assertThat(followed.decision()).isEqualTo(Decision.PINNED);
        assertThat(followed.backend().slot()).isEqualTo(placed.backend().slot());
        assertThat(followed.moved()).isNull();
        assertThat(b.count(Operation.PLACE, Result.OTHER)).isEqualTo(1);
        assertThat(b.table.sessions(placed.backend().slot())).isEqualTo(1);
        assertThat(b.table.size()).isEqualTo(1);
    }

    @Test
    void aSessionThatTheOtherPlacedWhereThisOneWouldIsPinnedAsWell() {
        Routed placed = a.request(1);
        Routed followed = b.request(1);

        assertThat(followed.decision()).isEqualTo(Decision.PINNED);
        assertThat(followed.backend()).isEqualTo(placed.backend());
    }

    @Test
    void aPinnedRequestAsksNobodyAndAPlacedOneOnce() {
        a.request(1);
        assertThat(shared.asked).isEqualTo(1);

        for (int i = 0; i < 100; i++) {
            clock.addAndGet(MINUTE / 10);
            assertThat(a.request(1).decision()).isEqualTo(Decision.PINNED);
        }
        assertThat(shared.asked).isEqualTo(1);
        b.request(1);
        assertThat(shared.asked).isEqualTo(2);
    }

    @Test
    void aSessionInUseIsToldOfFourTimesAnHourAndOutlivesItsIdleTimeThere() {
        for (int minute = 0; minute < 240; minute++) {
            a.request(1);
            clock.addAndGet(MINUTE);
        }

        assertThat(shared.asked).isBetween(15, 17);
        assertThat(shared.ttlMillis)
                .isGreaterThan(TimeUnit.MINUTES.toMillis(75) - 1)
                .isLessThan(TimeUnit.MINUTES.toMillis(76));
    }

    @Test
    void requestsOfANewSessionThatComeTogetherWaitForOneAnswer() {
        shared.hold();
        Routed first = a.begin(1);
        Routed second = a.begin(1);

        assertThat(first.awaited()).isNotNull();
        assertThat(second.awaited()).isSameAs(first.awaited());
        assertThat(shared.asked).isEqualTo(1);
        shared.letGo();
        assertThat(a.heard(1, first).decision()).isEqualTo(Decision.PLACED);
        assertThat(a.heard(1, second).decision()).isEqualTo(Decision.PINNED);
    }

    @Test
    void ofTwoThatPlaceASessionAtTheSameMomentTheSecondFollowsWithAllItsRequests() {
        Pool busy = Pools.of(Pools.LOAD_AWARE, pool.backends());
        pool = busy;
        int home = a.router.preview(pool, Pools.session(1)).backend().slot();
        b.pending.put(home, 1_000_000L);
        shared.hold();
        Routed ofA = a.begin(1);
        Routed ofB = b.begin(1);
        Routed moreOfB = b.begin(1);
        assertThat(ofB.backend().slot()).isNotEqualTo(home);
        shared.letGo();

        assertThat(a.heard(1, ofA).backend().slot()).isEqualTo(home);
        assertThat(b.heard(1, ofB).backend().slot()).isEqualTo(home);
        assertThat(b.heard(1, moreOfB).backend().slot()).isEqualTo(home);
        assertThat(b.table.peek(Pools.session(1)).running()).isEqualTo(2);
    }

    @Test
    void aMoveIsFollowedAtOnceByThoseWhoHaveTheSession() {
        Routed placed = a.request(1);
        b.request(1);
        int left = placed.backend().slot();
        pool = Pools.failed(pool, left);

        Routed moved = a.request(1);

        assertThat(moved.decision()).isEqualTo(Decision.REPINNED);
        assertThat(moved.moved()).isEqualTo(MoveReason.FAULT);
        assertThat(b.slot(1)).isEqualTo(moved.backend().slot());
        assertThat(b.table.sessions(left)).isZero();
        assertThat(b.request(1).decision()).isEqualTo(Decision.PINNED);
    }

    @Test
    void twoThatMoveASessionAtTheSameMomentEndUpTogether() {
        for (int session = 0; session < 200; session++) {
            pool = Pools.of(4);
            int left = a.request(session).backend().slot();
            b.request(session);
            pool = Pools.failed(pool, left);
            shared.hold();
            Routed ofA = a.begin(session);
            Routed ofB = b.begin(session);
            shared.letGo();
            Routed heardA = a.heard(session, ofA);
            Routed heardB = b.heard(session, ofB);

            assertThat(heardA.decision()).isEqualTo(Decision.REPINNED);
            assertThat(heardB.backend()).isEqualTo(heardA.backend());
            assertThat(b.slot(session)).isEqualTo(a.slot(session));
            assertThat(shared.bindings.get(Pools.session(session))).startsWith("default gpu-" + a.slot(session));
        }
    }

    @Test
    void aSessionThatOneForgetsIsForgottenByAll() {
        a.request(1);
        b.request(1);
        boolean[] found = new boolean[1];
        a.fleet.forget(Pools.session(1), null, there -> found[0] = there);

        assertThat(found[0]).isTrue();
        assertThat(shared.bindings).isEmpty();
        assertThat(a.slot(1)).isEqualTo(SessionTable.NONE);
        assertThat(b.slot(1)).isEqualTo(SessionTable.NONE);
        assertThat(b.request(1).decision()).isEqualTo(Decision.PLACED);
    }

    @Test
    void aLateWordOfAnEarlierMoveDoesNotUndoANewerOne() {
        a.request(1);
        b.request(1);
        int first = a.slot(1);
        pool = Pools.failed(pool, first);
        a.request(1);
        int second = a.slot(1);
        pool = Pools.failed(Pools.failed(Pools.of(4), first), second);
        shared.hold();
        Routed third = b.begin(1);
        b.fleet.told(Pools.session(1), new Binding("default", "gpu-" + second, "gpu-" + first));
        shared.letGo();

        assertThat(b.heard(1, third).backend()).isEqualTo(third.backend());
        assertThat(b.slot(1)).isEqualTo(third.backend().slot());
        assertThat(a.slot(1)).isEqualTo(third.backend().slot());
    }

    @Test
    void aSessionOfAReplicaThatThisProxyDoesNotHaveIsBoundAnew() {
        shared.bindings.put(Pools.session(1), "default gpu-77");

        Routed placed = a.request(1);
        assertThat(placed.backend()).isNotNull();
        a.request(1);

        assertThat(shared.bindings.get(Pools.session(1)))
                .isEqualTo("default gpu-" + placed.backend().slot());
    }

    @Test
    void nonsenseInTheTableIsReplaced() {
        shared.bindings.put(Pools.session(1), "what is this?! who knows");

        int slot = a.request(1).backend().slot();
        a.request(1);

        assertThat(shared.bindings.get(Pools.session(1))).isEqualTo("default gpu-" + slot);
    }

    @Test
    void aSessionThatTheFleetHasOnAReplicaThatIsOutIsMovedWithASecondWordThatNobodyWaitsFor() {
        int left = a.request(1).backend().slot();
        pool = Pools.failed(pool, left);

        Routed moved = b.request(1);

        assertThat(moved.decision()).isEqualTo(Decision.REPINNED);
        assertThat(moved.backend().slot()).isNotEqualTo(left);
        assertThat(b.table.peek(Pools.session(1)).running()).isZero();
        assertThat(a.slot(1)).isEqualTo(moved.backend().slot());
    }

    @Test
    void ofFiftyThousandSessionsWithRandomEntryNoneIsOnTwoReplicas() {
        pool = Pools.of(Pools.LOAD_AWARE, pool.backends());
        SplittableRandom random = new SplittableRandom(5);
        Map<Integer, Integer> homes = new HashMap<>();
        for (int step = 0; step < 150_000; step++) {
            Proxy proxy = random.nextBoolean() ? a : b;
            proxy.pending.put(random.nextInt(4), random.nextLong(100_000));
            int session = step % 50_000;
            Routed routed = proxy.request(session);
            int home = homes.computeIfAbsent(session, s -> routed.backend().slot());
            assertThat(routed.backend().slot()).isEqualTo(home);
        }

        assertThat(homes).hasSize(50_000);
        // by themselves they would have scattered them
        assertThat(a.count(Operation.PLACE, Result.OTHER) + b.count(Operation.PLACE, Result.OTHER))
                .isGreaterThan(10_000);
        assertThat(shared.asked).isBetween(75_000, 100_000);
    }

    @Test
    void whateverHappensTheyAgreeInTheEnd() {
        SplittableRandom random = new SplittableRandom(11);
        Proxy c = new Proxy("proxy-c");
        List<Proxy> fleet = List.of(a, b, c);
        for (int step = 0; step < 20_000; step++) {
            Proxy proxy = fleet.get(random.nextInt(3));
            switch (random.nextInt(40)) {
                case 0 -> pool = Pools.failed(Pools.of(4), random.nextInt(4));
                case 1 -> pool = Pools.of(4);
                case 2 -> proxy.line.deaf = true;
                case 3 -> {
                    proxy.line.deaf = false;
                    proxy.fleet.missed();
                }
                case 4 -> shared.fail(List.of(SharedTable.Kind.values()).get(random.nextInt(3)));
                case 5, 6 -> shared.work();
                case 7 -> shared.flush();
                case 8 -> proxy.fleet.forget(Pools.session(random.nextInt(60)), null, there -> {});
                case 9, 10, 11 -> proxy.ticks(Fleet.BEAT_TICKS);
                case 12 -> clock.addAndGet(random.nextLong(20 * MINUTE));
                default -> proxy.request(random.nextInt(60));
            }
        }
        shared.work();
        pool = Pools.of(4);
        for (int round = 0; round < 3; round++) {
            for (Proxy proxy : fleet) {
                proxy.line.deaf = false;
                proxy.fleet.missed();
                proxy.ticks(2 * Fleet.BEAT_TICKS);
            }
        }

        Set<Integer> seen = new HashSet<>();
        for (int session = 0; session < 60; session++) {
            for (Proxy proxy : fleet) {
                int slot = proxy.slot(session);
                if (slot != SessionTable.NONE) {
                    seen.add(session);
                    assertThat(shared.bindings.get(Pools.session(session)))
                            .as("session %s", session)
                            .isNotNull()
                            .startsWith("default gpu-" + slot);
                    assertThat(proxy.table.peek(Pools.session(session)).running())
                            .isZero();
                }
            }
        }
        assertThat(seen).hasSizeGreaterThan(20);
    }
}
