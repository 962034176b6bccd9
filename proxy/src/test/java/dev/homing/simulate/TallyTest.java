// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TallyTest {

    private static final Offset<Double> EXACT = within(1e-12);

    private final Tally tally = new Tally(10, 20, 3);

    @Test
    void percentilesAreTimesThatOccurred() {
        for (int n = 2000; n >= 1; n--) {
            tally.answered(call(0, 1), 15, 0, TimeUnit.MILLISECONDS.toNanos(n));
        }

        assertThat(tally.figures().requests()).isEqualTo(2000);
        assertThat(tally.figures().firstToken()).isEqualTo(new Figures.Seconds(1.0, 1.9, 1.98));
    }

    @Test
    void ofOneRequestAllPercentilesAreTheSame() {
        tally.answered(call(0, 1), 15, 0, TimeUnit.SECONDS.toNanos(3));

        assertThat(tally.figures().firstToken()).isEqualTo(new Figures.Seconds(3, 3, 3));
    }

    @Test
    void theCachedRatioIsOfTokensAndNotOfRequests() {
        tally.answered(call(0, 900), 10, 900, 1);
        tally.answered(call(1, 100), 19, 0, 1);

        assertThat(tally.figures().cachedRatio()).isCloseTo(0.9, EXACT);
    }

    @Test
    void onlyWhatComesWithinTheWindowCounts() {
        tally.answered(call(0, 1), 9, 0, 1);
        tally.answered(call(0, 1), 10, 0, 1);
        tally.answered(call(0, 1), 19, 0, 1);
        tally.answered(call(0, 1), 20, 0, 1);

        assertThat(tally.figures().requests()).isEqualTo(2);
    }

    @Test
    void aSessionMovesOnceHoweverOftenItDoes() {
        for (int slot = 0; slot < 4; slot++) {
            tally.sent(call(0, 1), 12, slot);
            tally.sent(call(1, 1), 12, 2);
        }
        assertThat(tally.figures().sessionsMoved()).isEqualTo(1);
    }

    @Test
    void aMoveBeforeTheWindowDoesNotCountAndOneAgainstTheSlotBeforeItDoes() {
        tally.sent(call(0, 1), 1, 0);
        tally.sent(call(0, 1), 9, 1);
        assertThat(tally.figures().sessionsMoved()).isZero();

        tally.sent(call(0, 1), 10, 0);
        assertThat(tally.figures().sessionsMoved()).isEqualTo(1);
    }

    @Test
    void imbalanceIsWeightedByTime() {
        Replica one = replica(3);
        List<Replica> all = List.of(one, replica(1));
        tally.load(all, 5);
        tally.load(all, 14); // 3 and 1 from the beginning of the window on, for 4
        one.leave();
        one.leave();
        tally.load(all, 50); // 1 and 1 up to its end, for 6

        assertThat(tally.figures().inflightImbalance()).isCloseTo((4 * 3 + 6 * 1) / (4 * 2.0 + 6 * 1.0), EXACT);
    }

    @Test
    void whereNothingHappenedNothingIsDividedByNothing() {
        assertThat(tally.figures()).isEqualTo(new Figures(0, 0, new Figures.Seconds(0, 0, 0), 1, 0));
    }

    private static Replica replica(int inflight) {
        Replica replica = new Replica(new BlockCache(0), 1);
        for (int n = 0; n < inflight; n++) {
            replica.admit(call(0, 1), 0);
        }
        return replica;
    }

    private static Call call(int session, long tokens) {
        return new Call(session, null, 0, new Prompt(tokens, 0, new int[0]));
    }
}
