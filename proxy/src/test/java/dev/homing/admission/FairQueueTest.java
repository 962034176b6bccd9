// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import static dev.homing.admission.Tables.down;
import static dev.homing.admission.Tables.drains;
import static dev.homing.admission.Tables.up;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.admission.FairQueue.Entry;
import dev.homing.routing.Backend;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The queue's rules, one step at a time; the loop of every waiter runs when the test says so. */
class FairQueueTest {

    private static final int LIMIT = 100;

    private final AtomicLong nanos = new AtomicLong();
    private final Admission admission = new Admission(nanos::get);
    private final FairQueue queue = admission.queue(0);
    private final Deque<Runnable> loop = new ArrayDeque<>();
    private final List<String> told = new ArrayList<>();

    @Test
    void aBackendWithoutALimitTakesEverybody() {
        table(up(0, 0));
        for (int i = 0; i < 10_000; i++) {
            assertThat(admission.of(0).tryBegin()).isTrue();
        }

        assertThat(queue.full()).isEmpty();
        assertThat(admission.of(0).inflight()).isEqualTo(10_000);
    }

    @Test
    void aLimitIsKeptToTheRequest() {
        table(up(0, 3), up(1, 1));
        occupy(0, 3);

        assertThat(admission.of(0).tryBegin()).isFalse();
        assertThat(admission.of(0).inflight()).isEqualTo(3);
        assertThat(queue.full()).containsExactly(0);
        assertThat(admission.of(1).tryBegin()).isTrue();
        assertThat(queue.full()).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void aFreedPlaceGoesToTheOldestThatWaitsForIt() {
        table(up(0, 1), up(1, 1));
        occupy(0, 1);
        occupy(1, 1);
        waits(waiter("a", 0));
        waits(waiter("b", 1));
        waits(waiter("c", 0));

        admission.of(0).end();
        assertThat(events()).containsExactly("a admitted to 0");
        admission.of(0).end();
        assertThat(events()).containsExactly("c admitted to 0");
        admission.of(1).end();
        assertThat(events()).containsExactly("b admitted to 1");
        assertThat(admission.of(0).inflight()).isEqualTo(1);
    }

    @Test
    void whoWaitsForAnyStandsInTheSameOrderAsThePinnedOnes() {
        table(up(0, 1), up(1, 1));
        occupy(0, 1);
        occupy(1, 1);
        waits(waiter("any1", Waiter.ANY));
        waits(waiter("pinned1", 1));
        waits(waiter("any2", Waiter.ANY));
        waits(waiter("pinned0", 0));

        admission.of(1).end();
        admission.of(1).end();
        admission.of(0).end();
        admission.of(0).end();
        assertThat(events())
                .containsExactly(
                        "any1 admitted to 1", "pinned1 admitted to 1", "any2 admitted to 0", "pinned0 admitted to 0");
    }

    @Test
    void aNewcomerDoesNotOvertakeThoseWhoWait() {
        table(up(0, 1));
        occupy(0, 1);
        waits(waiter("first", 0));
        // between the end of a request and the grant that follows from it, a place is free for a moment
        admission.of(0).uncount();

        assertThat(admission.of(0).tryBegin()).isFalse();
        assertThat(queue.full()).containsExactly(0);
    }

    @Test
    void oneThatJoinsWhenThereIsRoomIsAdmittedAtOnceAndNotTold() {
        table(up(0, 1), up(1, 1));
        occupy(0, 1);
        Waiter any = waiter("any", Waiter.ANY);

        assertThat(queue.join(any, 0)).isEqualTo(Entry.ADMITTED);
        assertThat(any.admittedTo()).isEqualTo(1);
        assertThat(admission.of(1).inflight()).isEqualTo(1);
        assertThat(events()).isEmpty();
    }

    @Test
    void oneThatWaitsForAnyIsNotGivenABackendThatItFailedOn() {
        table(up(0, 1), up(1, 1));
        occupy(0, 1);
        occupy(1, 1);
        waits(new Waiter(Waiter.ANY, Set.of(0), loop::add, listener("choosy")));
        waits(waiter("any", Waiter.ANY));

        admission.of(0).end();
        assertThat(events()).containsExactly("any admitted to 0");
        admission.of(1).end();
        assertThat(events()).containsExactly("choosy admitted to 1");
    }

    @Test
    void oneThatLeavesFreesItsPlaceInTheQueueAtOnce() {
        table(up(0, 1));
        occupy(0, 1);
        Waiter leaver = waiter("leaver", 0);
        waits(leaver);
        waits(waiter("next", 0));
        assertThat(queue.waitingFor(0)).isEqualTo(2);

        queue.leave(leaver);
        assertThat(queue.waitingFor(0)).isEqualTo(1);
        admission.of(0).end();
        assertThat(events()).containsExactly("next admitted to 0");
    }

    @Test
    void oneThatLeavesBeforeItIsToldOfItsPlacePassesItOn() {
        table(up(0, 1));
        occupy(0, 1);
        Waiter leaver = waiter("leaver", 0);
        waits(leaver);
        waits(waiter("next", 0));
        admission.of(0).end();

        queue.leave(leaver);
        assertThat(events()).containsExactly("next admitted to 0");
        assertThat(admission.of(0).inflight()).isEqualTo(1);
    }

    @Test
    void oneThatLeavesAfterItWasToldHoldsItsPlaceUntilItEnds() {
        table(up(0, 1));
        occupy(0, 1);
        Waiter told = waiter("told", 0);
        waits(told);
        admission.of(0).end();
        assertThat(events()).containsExactly("told admitted to 0");

        queue.leave(told);
        assertThat(admission.of(0).inflight()).isEqualTo(1);
        admission.of(0).end();
        assertThat(admission.of(0).inflight()).isZero();
    }

    @Test
    void whatALoopThatIsShutDownWasGrantedGoesToTheNextOne() {
        table(up(0, 1));
        occupy(0, 1);
        waits(new Waiter(
                0,
                Set.of(),
                task -> {
                    throw new RejectedExecutionException();
                },
                listener("dead")));
        waits(waiter("alive", 0));

        admission.of(0).end();
        assertThat(events()).containsExactly("alive admitted to 0");
        assertThat(admission.of(0).inflight()).isEqualTo(1);
    }

    @Test
    void noMoreWaitThanMayWait() {
        table(up(0, 1), up(1, 1));
        occupy(0, 1);
        occupy(1, 1);
        assertThat(queue.join(waiter("a", 0), 2)).isEqualTo(Entry.WAITING);
        Waiter second = waiter("b", Waiter.ANY);
        assertThat(queue.join(second, 2)).isEqualTo(Entry.WAITING);
        assertThat(queue.join(waiter("c", 1), 2)).isEqualTo(Entry.CROWDED);
        assertThat(queue.waitingFor(1)).isZero();

        queue.leave(second);
        assertThat(queue.join(waiter("d", 1), 2)).isEqualTo(Entry.WAITING);
    }

    @Test
    void aHigherLimitLetsTheOldestInAndNoLimitEverybody() {
        table(up(0, 1));
        occupy(0, 1);
        for (int i = 0; i < 5; i++) {
            waits(waiter("w" + i, 0));
        }

        table(up(0, 3));
        assertThat(events()).containsExactly("w0 admitted to 0", "w1 admitted to 0");
        table(up(0, 0));
        assertThat(events()).containsExactly("w2 admitted to 0", "w3 admitted to 0", "w4 admitted to 0");
        assertThat(admission.of(0).inflight()).isEqualTo(6);
    }

    @Test
    void aLowerLimitLetsWhatRunsEndAndThenHolds() {
        table(up(0, 3));
        occupy(0, 3);
        table(up(0, 1));
        waits(waiter("w", 0));

        admission.of(0).end();
        admission.of(0).end();
        assertThat(events()).isEmpty();
        admission.of(0).end();
        assertThat(events()).containsExactly("w admitted to 0");
    }

    @Test
    void aLimitThatComesLaterCountsWhatBeganWithoutOne() {
        table(up(0, 0));
        occupy(0, 2);
        table(up(0, 2));
        waits(waiter("w", 0));

        admission.of(0).end();
        assertThat(events()).containsExactly("w admitted to 0");
    }

    @Test
    void aBackendThatComesServesThoseWhoWaitForAnyAndNobodyElse() {
        table(up(0, 1));
        occupy(0, 1);
        waits(waiter("pinned", 0));
        waits(waiter("any", Waiter.ANY));

        table(up(0, 1), up(1, 4));
        assertThat(events()).containsExactly("any admitted to 1");
    }

    @Test
    void whoWaitsForABackendThatGoesOutIsDisplacedAndTheOthersWaitOn() {
        table(up(0, 1), up(1, 1));
        occupy(0, 1);
        occupy(1, 1);
        waits(waiter("zero", 0));
        waits(waiter("one", 1));
        waits(waiter("any", Waiter.ANY));

        table(down(0, 1), up(1, 1));
        assertThat(events()).containsExactly("zero displaced");
        table(up(1, 1));
        assertThat(events()).isEmpty();
        table(down(1, 1));
        assertThat(events()).containsExactly("one displaced", "any displaced");
    }

    @Test
    void aPoolThatGoesDisplacesEverybody() {
        table(up(0, 1));
        occupy(0, 1);
        waits(waiter("pinned", 0));
        waits(waiter("any", Waiter.ANY));

        admission.publish(Tables.withoutPools(), () -> {});
        assertThat(events()).containsExactlyInAnyOrder("pinned displaced", "any displaced");
        admission.of(0).end();
        assertThat(admission.of(0).inflight()).isZero();
    }

    @Test
    void aDrainedBackendServesItsOwnAndNobodyWhoWaitsForAny() {
        table(up(0, 1), up(1, 1));
        occupy(0, 1);
        occupy(1, 1);
        waits(waiter("any", Waiter.ANY));
        waits(waiter("pinned", 0));

        table(drains(0, 1), up(1, 1));
        admission.of(0).end();
        assertThat(events()).containsExactly("pinned admitted to 0");
        table(drains(0, 1), drains(1, 1));
        assertThat(events()).containsExactly("any displaced");
    }

    @Test
    void oneThatWasDisplacedKeepsItsTurnAndIsNotCountedTwice() {
        table(up(0, 1), up(1, 1));
        occupy(0, 1);
        occupy(1, 1);
        Waiter displaced = waiter("displaced", 0);
        waits(displaced);
        waits(waiter("younger", 1));
        table(down(0, 1), up(1, 1));
        assertThat(events()).containsExactly("displaced displaced");

        assertThat(queue.join(displaced.instead(1, Set.of()), 1)).isEqualTo(Entry.WAITING);
        admission.of(1).end();
        assertThat(events()).containsExactly("displaced admitted to 1");
    }

    @Test
    void oneThatAsksByAnOldTableIsSentBackToReadTheNewOne() {
        table(up(0, 1));
        occupy(0, 1);
        table(down(0, 1));

        assertThat(queue.join(waiter("late", 0), LIMIT)).isEqualTo(Entry.OUT);
        assertThat(queue.join(waiter("any", Waiter.ANY), LIMIT)).isEqualTo(Entry.OUT);
    }

    @Test
    void whatATableOpensMayBeWaitedForAsSoonAsItCanBeReadAndIsGivenWhenItIsInForce() {
        table(down(0, 1));
        occupy(0, 1);
        admission.publish(Tables.of(up(0, 2)), () -> {
            assertThat(queue.join(waiter("early", 0), LIMIT)).isEqualTo(Entry.WAITING);
            assertThat(events()).isEmpty();
        });

        assertThat(events()).containsExactly("early admitted to 0");
    }

    @Test
    void whatATableShutsIsGivenAwayUntilItCanBeRead() {
        table(up(0, 1));
        occupy(0, 1);
        waits(waiter("w", 0));
        admission.publish(Tables.of(down(0, 1)), () -> {
            admission.of(0).end();
            assertThat(events()).containsExactly("w admitted to 0");
        });
    }

    @Test
    void theFirstRequestsOfATableMeetItsLimit() {
        admission.publish(Tables.of(up(0, 1)), () -> {
            assertThat(admission.of(0).tryBegin()).isTrue();
            assertThat(admission.of(0).tryBegin()).isFalse();
        });
    }

    @Test
    void theAdviceIsTheUsualTimeBetweenTwoGrants() {
        table(up(0, 1));
        occupy(0, 1);
        assertThat(queue.retryAfterSeconds()).isEqualTo(1);
        for (int i = 0; i < 40; i++) {
            waits(waiter("w" + i, 0));
        }
        for (int i = 0; i < 30; i++) {
            pass(4_000);
            admission.of(0).end();
            events();
        }

        assertThat(queue.retryAfterSeconds()).isEqualTo(4);
    }

    @Test
    void theAdviceGrowsWhileNothingMovesUpToAMinute() {
        table(up(0, 1));
        occupy(0, 1);
        waits(waiter("w", 0));
        pass(10_000);
        assertThat(queue.retryAfterSeconds()).isEqualTo(10);
        pass(10_000_000);
        assertThat(queue.retryAfterSeconds()).isEqualTo(60);
    }

    private void pass(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private void table(Backend... backends) {
        admission.publish(Tables.of(backends), () -> {});
    }

    private void occupy(int slot, int requests) {
        for (int i = 0; i < requests; i++) {
            assertThat(admission.of(slot).tryBegin()).isTrue();
        }
    }

    private void waits(Waiter waiter) {
        assertThat(queue.join(waiter, LIMIT)).isEqualTo(Entry.WAITING);
    }

    private Waiter waiter(String name, int wanted) {
        return new Waiter(wanted, Set.of(), loop::add, listener(name));
    }

    private Waiter.Listener listener(String name) {
        return new Waiter.Listener() {
            @Override
            public void admitted(int slot) {
                told.add(name + " admitted to " + slot);
            }

            @Override
            public void displaced() {
                told.add(name + " displaced");
            }
        };
    }

    /** What the waiters were told since the last call, once their loop has run. */
    private List<String> events() {
        for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
            task.run();
        }
        List<String> events = List.copyOf(told);
        told.clear();
        return events;
    }
}
