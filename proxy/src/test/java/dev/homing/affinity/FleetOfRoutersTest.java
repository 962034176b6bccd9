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
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.RoutingTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Proxies that share a table, on virtual time: who is asked when, and who follows whom. */
class FleetOfRoutersTest {

    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final AtomicLong clock = new AtomicLong();
    private final FakeTable shared = new FakeTable();
    private Pool pool = Pools.of(4);

    /** One proxy of the fleet; its own load decides where it would place. */
    private final class Proxy implements FleetObserver {

        final SessionTable table = new SessionTable(100_000, clock::get);
        final FakeTable.Line line = shared.line();
        final Fleet fleet;
        final Map<Integer, Long> pending = new HashMap<>();
        final SessionRouter router;
        final List<String> told = new ArrayList<>();
        final Map<String, Integer> counted = new HashMap<>();

        Proxy(String name) {
            fleet = new Fleet(name, table, line, () -> table(pool), clock::get, this);
            router = new SessionRouter(table, slot -> pending.getOrDefault(slot, 0L), Room.PLENTY, fleet);
            line.listener = fleet;
            fleet.tick();
        }

        /** A whole request, as the data plane treats it. */
        Routed request(int session) {
            Routed routed = begin(session);
            assertThat(routed.awaited() == null || routed.awaited().isOver()).isTrue();
            Routed heard = router.heard(pool, arrival(session), routed, Set.of());
            router.release(heard);
            return heard;
        }

        Routed begin(int session) {
            return router.route(pool, arrival(session));
        }

        Routed heard(int session, Routed routed) {
            return router.heard(pool, arrival(session), routed, Set.of());
        }

        void ticks(int count) {
            for (int i = 0; i < count; i++) {
                fleet.tick();
            }
        }

        int slot(int session) {
            Pin pin = table.peek(Pools.session(session));
            return pin == null ? SessionTable.NONE : pin.slot();
        }

        int count(Operation operation, Result result) {
            return counted.getOrDefault(operation.label() + " " + result.label(), 0);
        }

        @Override
        public void asked(Operation operation, Result result) {
            counted.merge(operation.label() + " " + result.label(), 1, Integer::sum);
        }

        @Override
        public void up() {
            told.add("up");
        }

        @Override
        public void away(String reason) {
            told.add("away: " + reason);
        }
    }

    private static RoutingTable table(Pool pool) {
        return new RoutingTable(List.of(pool), new RouteMatcher(List.of()));
    }

    private static Arrival arrival(int session) {
        return Arrival.of(Pools.session(session), HOUR);
    }

    private final Proxy a = new Proxy("proxy-a");
    private final Proxy b = new Proxy("proxy-b");

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
    void whereItIsAwayNobodyWaitsAndNobodyIsAsked() {
        shared.fail(SharedTable.Kind.AWAY);
        a.ticks(Fleet.BEAT_TICKS);
        assertThat(a.told).containsExactly("up", "away: as the test says");

        Routed placed = a.begin(1);

        assertThat(placed.awaited()).isNull();
        assertThat(placed.decision()).isEqualTo(Decision.PLACED);
        assertThat(shared.asked).isZero();
        assertThat(a.count(Operation.PLACE, Result.AWAY)).isEqualTo(1);
        a.ticks(10 * Fleet.BEAT_TICKS);
        assertThat(a.told).hasSize(2);
    }

    @Test
    void afterThreeQuestionsInARowWithoutAnAnswerNobodyIsAskedAnyMore() {
        shared.fail(SharedTable.Kind.TIMEOUT);
        for (int session = 0; session < 10; session++) {
            a.request(session);
        }

        assertThat(shared.asked).isEqualTo(Reach.PATIENCE);
        assertThat(a.told).containsExactly("up", "away: as the test says");
        assertThat(a.count(Operation.PLACE, Result.TIMEOUT)).isEqualTo(2);
        assertThat(a.count(Operation.REFRESH, Result.TIMEOUT)).isEqualTo(1); // at the end of the first request
        assertThat(a.count(Operation.PLACE, Result.AWAY)).isEqualTo(8);
    }

    @Test
    void whatAPartOfTheTableDoesNotAnswerIsNoReasonToGiveUpTheRest() {
        shared.failInPart(SharedTable.Kind.AWAY);
        for (int session = 0; session < 10; session++) {
            assertThat(a.request(session).decision()).isEqualTo(Decision.PLACED);
        }
        shared.failInPart(SharedTable.Kind.TIMEOUT);
        for (int session = 10; session < 20; session++) {
            assertThat(a.request(session).decision()).isEqualTo(Decision.PLACED);
        }

        assertThat(a.fleet.isUp()).isTrue();
        assertThat(a.told).containsExactly("up");
        shared.work();
        a.request(1);
        assertThat(shared.bindings.get(Pools.session(1))).isEqualTo("default gpu-" + a.slot(1));
    }

    @Test
    void twoFailuresAndAnAnswerAreNoReasonToGiveUp() {
        for (int round = 0; round < 5; round++) {
            shared.fail(SharedTable.Kind.REFUSED);
            a.request(10 * round); // asked for at its beginning and at its end
            shared.work();
            a.request(10 * round + 2);
        }

        assertThat(a.fleet.isUp()).isTrue();
        assertThat(a.told).containsExactly("up");
    }

    @Test
    void whatWasBoundWhileItWasAwayIsWrittenWhenItIsBackAndTheFirstToWriteWins() {
        a.request(1);
        shared.fail(SharedTable.Kind.AWAY);
        a.ticks(Fleet.BEAT_TICKS);
        b.ticks(Fleet.BEAT_TICKS);
        int left = a.slot(1);
        pool = Pools.failed(pool, left);
        a.request(1); // moved: the table still says where from
        a.request(2); // both place it, by the same order
        b.request(2);
        assertThat(shared.bindings).containsOnlyKeys(Pools.session(1));

        shared.work();
        a.ticks(2 * Fleet.BEAT_TICKS);
        b.ticks(2 * Fleet.BEAT_TICKS);

        assertThat(a.told).containsExactly("up", "away: as the test says", "up");
        assertThat(shared.bindings.get(Pools.session(1))).isEqualTo("default gpu-" + a.slot(1) + " gpu-" + left);
        assertThat(a.slot(1)).isNotEqualTo(left);
        assertThat(shared.bindings.get(Pools.session(2))).isEqualTo("default gpu-" + a.slot(2));
        assertThat(b.slot(2)).isEqualTo(a.slot(2));
    }

    @Test
    void ofTwoThatBoundASessionApartWhileItWasAwayTheSecondToWriteFollows() {
        shared.fail(SharedTable.Kind.AWAY);
        a.ticks(Fleet.BEAT_TICKS);
        b.ticks(Fleet.BEAT_TICKS);
        pool = Pools.of(Pools.LOAD_AWARE, pool.backends());
        int home = a.request(1).backend().slot();
        b.pending.put(home, 1_000_000L);
        assertThat(b.request(1).backend().slot()).isNotEqualTo(home);

        shared.work();
        a.ticks(2 * Fleet.BEAT_TICKS);
        b.ticks(2 * Fleet.BEAT_TICKS);

        assertThat(b.slot(1)).isEqualTo(home);
        assertThat(shared.bindings.get(Pools.session(1))).isEqualTo("default gpu-" + home);
    }

    @Test
    void whatAPinMissedIsMadeUpForByItsNextRequestWhichDoesNotWait() {
        a.request(1);
        b.request(1);
        b.line.deaf = true;
        pool = Pools.failed(pool, a.slot(1));
        int now = a.request(1).backend().slot();
        pool = Pools.of(4);
        assertThat(b.slot(1)).isNotEqualTo(now);
        b.line.deaf = false;
        b.fleet.missed();

        shared.hold();
        Routed stale = b.begin(1);
        assertThat(stale.awaited()).isNull();
        b.router.release(stale);
        shared.letGo();

        assertThat(b.slot(1)).isEqualTo(now);
        assertThat(b.request(1).backend().slot()).isEqualTo(now);
    }

    @Test
    void aTableThatLostEverythingIsFilledAgainByThoseWhoRemember() {
        for (int session = 0; session < 1_200; session++) {
            (session % 2 == 0 ? a : b).request(session);
        }
        Map<?, String> before = Map.copyOf(shared.bindings);
        shared.flush();

        a.ticks(2 * Fleet.BEAT_TICKS);
        b.ticks(2 * Fleet.BEAT_TICKS);

        assertThat(shared.bindings).isEqualTo(before).hasSize(1_200);
    }

    @Test
    void aTickAsksForNoMoreThanItsPart() {
        for (int session = 0; session < 3 * Rounds.ASKED_A_TICK; session++) {
            a.request(session);
        }
        a.fleet.missed();
        int before = shared.asked;

        a.fleet.tick();
        assertThat(shared.asked - before).isEqualTo(Rounds.ASKED_A_TICK);
        a.ticks(5);
        assertThat(shared.asked - before).isEqualTo(3 * Rounds.ASKED_A_TICK);
    }

    @Test
    void slowAnswersAreWaitedForBeforeMoreIsAskedAndNoRequestWaitsForThem() {
        for (int session = 0; session < 3 * Rounds.AT_ONCE; session++) {
            a.request(session);
        }
        a.fleet.missed();
        int before = shared.asked;
        int awaited = shared.awaited;

        shared.hold();
        a.ticks(5);
        assertThat(shared.asked - before).isEqualTo(Rounds.AT_ONCE);
        shared.letGo(); // each answer makes place for another question
        assertThat(shared.asked - before).isEqualTo(3 * Rounds.AT_ONCE);
        assertThat(shared.awaited).isEqualTo(awaited);
        shared.hold();
        a.fleet.missed();
        a.fleet.tick();
        assertThat(a.begin(1_000).awaited()).isNotNull();
        assertThat(shared.awaited).isEqualTo(awaited + 1);
        shared.letGo();
        assertThat(shared.asked - before).isEqualTo(6 * Rounds.AT_ONCE + 1);
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
    void whatAReplicaHasPendingThroughOneProxyCountsForTheOthersUntilThatFallsSilent() {
        a.pending.put(2, 700L);
        a.pending.put(3, 5L);
        a.fleet.tell(slot -> a.pending.getOrDefault(slot, 0L));
        assertThat(elsewhere(a)).containsExactly(0L, 0L, 0L, 0L);
        assertThat(elsewhere(b)).containsExactly(0L, 0L, 700L, 5L);

        Proxy c = new Proxy("proxy-c");
        c.pending.put(2, 30L);
        c.fleet.tell(slot -> c.pending.getOrDefault(slot, 0L));
        assertThat(elsewhere(b)).containsExactly(0L, 0L, 730L, 5L);

        a.pending.clear();
        a.fleet.tell(slot -> 0);
        assertThat(elsewhere(b)).containsExactly(0L, 0L, 30L, 0L);

        clock.addAndGet(PendingElsewhere.HOLDS_NANOS - 1);
        b.fleet.tell(slot -> 0);
        assertThat(elsewhere(b)).containsExactly(0L, 0L, 30L, 0L);
        clock.addAndGet(1);
        b.fleet.tell(slot -> 0);
        assertThat(elsewhere(b)).containsExactly(0L, 0L, 0L, 0L);
    }

    @Test
    void newsThatMakeNoSenseCountForNothing() {
        for (String news : List.of(
                "",
                "x",
                "x default/gpu-1",
                "x default/gpu-1=",
                "x =5",
                "x default/gpu-1=-4",
                "x default/gpu-9=7",
                "x other/gpu-1=7",
                "x default/gpu-1=99999999999999999",
                "x  default/gpu-1=1e3")) {
            b.fleet.passedOn(news);
            assertThat(elsewhere(b)).as(news).containsExactly(0L, 0L, 0L, 0L);
        }
        b.fleet.passedOn("x nonsense default/gpu-1=7 =");
        assertThat(elsewhere(b)).containsExactly(0L, 7L, 0L, 0L);
    }

    private static List<Long> elsewhere(Proxy proxy) {
        return List.of(0, 1, 2, 3).stream()
                .map(slot -> proxy.fleet.pendingElsewhere().of(slot))
                .toList();
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
