// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.SessionKey;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients do with one id, and what is made of it. Sizes are in KiB. */
class SuspectSessionTest {

    private static final SessionKey KEY = Pools.session(1);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final PendingWork work = new PendingWork((slot, tokens) -> {});
    private final SessionTable table = new SessionTable(1000, () -> 0);
    private final SessionRouter router = new SessionRouter(table, slot -> 0);
    private final Pool pool = Pools.of(3);
    private int suspicions;

    /** A turn under way. */
    private final class Turn {

        private final Routed routed = router.route(pool, Arrival.of(KEY, HOUR));
        private final Claim claim;

        Turn(int kibibytes) {
            claim = work.claim(routed, PromptSize.UNKNOWN.of(kibibytes * 1024L));
        }

        void answered() {
            suspicions += claim.answered() ? 1 : 0;
            over();
        }

        /** Its client left, or it failed. */
        void over() {
            claim.release();
            router.release(routed);
        }
    }

    private void turns(int... kibibytes) {
        IntStream.of(kibibytes).forEach(size -> new Turn(size).answered());
    }

    private Suspicion suspicion() {
        Pin pin = table.peek(KEY);
        return pin == null ? null : pin.suspicion();
    }

    @Test
    void aConversationGrows() {
        turns(IntStream.range(1, 200).toArray());

        assertThat(suspicions).isZero();
        assertThat(suspicion()).isNull();
    }

    @Test
    void aHistoryThatIsSummedUpNowAndThenIsOneConversation() {
        for (int i = 0; i < 10; i++) {
            turns(60, 70, 80, 90, 100, 110, 120, 130, 140);
        }

        assertThat(suspicions).isZero();
    }

    @Test
    void sideCallsAreSmall() {
        turns(60, 2, 64, 3, 70, 2, 71, 5, 80, 9, 90, 2);

        assertThat(suspicions).isZero();
    }

    @Test
    void aTurnThatIsAskedAgainOrSampledOftenIsOne() {
        turns(50, 50, 50, 60, 60);
        Turn first = new Turn(70);
        Turn second = new Turn(70);
        Turn third = new Turn(70);
        second.answered();
        first.answered();
        third.answered();

        assertThat(suspicions).isZero();
    }

    @Test
    void aTurnThatIsStoppedAndSentAnewIsOne() {
        for (int size : new int[] {50, 60, 70}) {
            Turn stopped = new Turn(size);
            Turn anew = new Turn(size + 1);
            stopped.over();
            anew.answered();
        }

        assertThat(suspicions).isZero();
    }

    @Test
    void aTitleThatIsMadeWhileTheFirstTurnIsAnsweredIsNotEnough() {
        Turn first = new Turn(2);
        new Turn(3).answered();
        first.answered();
        turns(4, 6, 8, 10);

        assertThat(suspicions).isZero();
    }

    @Test
    void twoThatTakeTurnsAreNoticedAtTheSecondTimeThatTheSmallerOneGoesOn() {
        turns(50, 20, 52);
        assertThat(suspicions).isZero();
        turns(22);
        assertThat(suspicions).isEqualTo(1);
        assertThat(suspicion()).isEqualTo(new Suspicion(true, false));
    }

    @Test
    void twoThatRunSideBySideAreNoticedAtTheSecondTime() {
        for (int i = 0; i < 2; i++) {
            assertThat(suspicions).isZero();
            Turn one = new Turn(50 + i);
            Turn other = new Turn(50 + 3 * i + 2);
            one.answered();
            other.answered();
        }

        assertThat(suspicions).isEqualTo(1);
        assertThat(suspicion()).isEqualTo(new Suspicion(false, true));
    }

    @Test
    void anAgentsHelpersUnderItsIdAreWhatTheyLookLike() {
        turns(100);
        Turn one = new Turn(20);
        Turn two = new Turn(21);
        Turn three = new Turn(22);
        one.answered();
        two.answered();
        three.answered();

        assertThat(suspicions).isEqualTo(1);
        assertThat(suspicion()).isEqualTo(new Suspicion(false, true));
    }

    @Test
    void aSessionIsASuspectOnce() {
        for (int i = 0; i < 20; i++) {
            turns(50 + i, 20 + i);
            Turn one = new Turn(50 + i);
            new Turn(20 + i).answered();
            one.answered();
        }

        assertThat(suspicions).isEqualTo(1);
        assertThat(suspicion()).isEqualTo(new Suspicion(true, true));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10})
    void aPromptWhoseLengthIsNotAnnouncedIsJudgedByWhatCame(int parts) {
        for (int size : new int[] {50, 20, 52, 22}) {
            Routed routed = router.route(pool, Arrival.of(KEY, HOUR));
            Claim claim = work.claim(routed, PromptSize.UNKNOWN);
            IntStream.rangeClosed(1, parts).forEach(part -> claim.grow(size * 1024L * part / parts));
            claim.release();
            suspicions += claim.answered() ? 1 : 0;
            router.release(routed);
        }

        assertThat(suspicions).isEqualTo(1);
    }

    @Test
    void withoutASessionNobodyIsSuspected() {
        for (int size : new int[] {50, 20, 52, 22, 50, 20}) {
            Routed routed = router.route(pool, Arrival.of(null, HOUR));
            assertThat(work.claim(routed, PromptSize.UNKNOWN.of(size)).answered())
                    .isFalse();
        }
    }
}
