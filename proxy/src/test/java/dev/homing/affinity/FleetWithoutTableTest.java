// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.FleetObserver.Operation;
import dev.homing.affinity.FleetObserver.Result;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Decision;
import dev.homing.routing.Pools;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Proxies whose shared table is away, slow or has lost what it had: nobody waits for it, and afterwards they are of one mind again. */
class FleetWithoutTableTest extends FleetCase {

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
}
