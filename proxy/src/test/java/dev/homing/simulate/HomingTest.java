// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.routing.PlacementRules;
import dev.homing.routing.SessionKey;
import org.junit.jupiter.api.Test;

/** What the real routing code is told: sessions, sizes, and who is up. All sessions here have one home, so that only load can part them. */
class HomingTest {

    private static final SessionKey HOME = new SessionKey(4711);
    private static final int SLACK = 1000;

    private final Homing homing = homing(PlacementRules.loadAware(SLACK));

    @Test
    void aNewSessionPassesABackendByThatHasMoreThanTheSlackPending() {
        int home = homing.send(call(1, SLACK)).slot();

        assertThat(homing.send(call(2, 1)).slot()).as("the slack, and no more").isEqualTo(home);
        assertThat(homing.send(call(3, 1)).slot()).as("one token more").isNotEqualTo(home);
    }

    @Test
    void workIsPendingUntilTheFirstTokenAndNotUntilTheEnd() {
        Dispatcher.Sent first = homing.send(call(1, 10 * SLACK));
        assertThat(homing.send(call(2, 1)).slot()).isNotEqualTo(first.slot());

        first.answered();

        assertThat(homing.send(call(3, 1)).slot()).isEqualTo(first.slot());
        first.over();
        assertThat(homing.send(call(4, 1)).slot()).as("given back once").isEqualTo(first.slot());
    }

    @Test
    void aLaterTurnAddsOnlyWhatItsSessionHasNotSentThereBefore() {
        Dispatcher.Sent first = homing.send(call(1, 10 * SLACK));
        first.answered();
        first.over();

        int home = homing.send(call(1, 11 * SLACK)).slot();

        assertThat(home).isEqualTo(first.slot());
        assertThat(homing.send(call(2, 1)).slot())
                .as("exactly the slack is pending")
                .isEqualTo(home);
        assertThat(homing.send(call(3, 1)).slot()).isNotEqualTo(home);
    }

    @Test
    void aSessionStaysHoweverMuchIsPendingUnlessReliefLetsItGo() {
        Homing relieved = homing(PlacementRules.loadAware(SLACK).withRelief(4));
        for (Homing each : new Homing[] {homing, relieved}) {
            Dispatcher.Sent first = each.send(call(1, 100));
            first.answered();
            first.over();
            each.send(call(2, 400));
            Dispatcher.Sent second = each.send(call(1, 100));
            assertThat(second.slot()).as("four times its prompt").isEqualTo(first.slot());
            second.answered();
            second.over();
            each.send(call(3, 1));
        }

        int home = homing.send(call(4, 1)).slot();
        assertThat(homing.send(call(1, 100)).slot()).isEqualTo(home);
        assertThat(relieved.send(call(1, 100)).slot()).as("one token more").isNotEqualTo(home);
    }

    @Test
    void whatALostBackendHadGoesElsewhereWithItsPendingWorkAndStays() {
        Dispatcher.Sent lost = homing.send(call(1, 10 * SLACK));
        homing.up(lost.slot(), false);

        Dispatcher.Sent again = homing.again(call(1, 10 * SLACK), lost);

        assertThat(again.slot()).isNotEqualTo(lost.slot());
        homing.up(lost.slot(), true);
        assertThat(homing.send(call(2, 1)).slot())
                .as("nothing is pending there")
                .isEqualTo(lost.slot());
        again.answered();
        again.over();
        assertThat(homing.send(call(1, 10 * SLACK)).slot()).isEqualTo(again.slot());
    }

    @Test
    void aRestartForgetsWhereSessionsWereAndNotWhatRuns() {
        Dispatcher.Sent first = homing.send(call(1, 10 * SLACK));
        Dispatcher.Sent parted = homing.send(call(2, 10));
        assertThat(parted.slot()).isNotEqualTo(first.slot());

        homing.restart();

        assertThat(homing.send(call(3, 1)).slot())
                .as("the first one is still being read")
                .isNotEqualTo(first.slot());
        first.answered();
        first.over();
        assertThat(homing.send(call(2, 10)).slot()).as("the hash leads it home").isEqualTo(first.slot());
    }

    @Test
    void aBackendMoreTakesNewSessionsAndNoOld() {
        Homing two = new Homing(rules(PlacementRules.RENDEZVOUS, false), 2, 3, () -> 0);
        int[] before = new int[200];
        for (int n = 0; n < 200; n++) {
            before[n] = two.send(call(n, 1)).slot();
        }

        two.up(2, true);

        for (int n = 0; n < 200; n++) {
            assertThat(two.send(call(n, 1)).slot()).isEqualTo(before[n]);
        }
        int more = 0;
        for (int n = 200; n < 500; n++) {
            more += two.send(call(n, 1)).slot() == 2 ? 1 : 0;
        }
        assertThat(more).isBetween(70, 130);
    }

    @Test
    void callsWithoutASessionTakeTurns() {
        Homing three =
                new Homing(new Homing.Rules(PlacementRules.RENDEZVOUS, call -> null, call -> null), 3, 3, () -> 0);
        int[] taken = new int[3];
        for (int n = 0; n < 30; n++) {
            taken[three.send(call(1, 1)).slot()]++;
        }

        assertThat(taken).containsExactly(10, 10, 10);
    }

    private static Homing homing(PlacementRules placement) {
        return new Homing(rules(placement, true), 3, 3, () -> 0);
    }

    private static Homing.Rules rules(PlacementRules placement, boolean oneHome) {
        return new Homing.Rules(placement, Call::key, call -> oneHome ? HOME : null);
    }

    private static Call call(int session, long tokens) {
        return new Call(session, new SessionKey(session), 0, new Prompt(tokens, 1, new int[0]));
    }
}
