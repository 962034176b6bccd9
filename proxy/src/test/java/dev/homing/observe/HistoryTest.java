// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.routing.Decision;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static final Totals.Member GPU = new Totals.Member("chat", "gpu-0");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** A monotonic clock may be anywhere, and pass the largest number. */
    private long nanos = Long.MAX_VALUE - Duration.ofSeconds(7).toNanos();

    private final History history = new History(nanos);

    @Test
    void aYoungProcessTellsWhatItHas() {
        Interval nothing = history.last(MINUTE, nanos, Totals.NONE);
        assertThat(nothing.seconds()).isZero();
        assertThat(nothing.perSecond(0)).isZero();
        assertThat(nothing.counted().tokens("chat").share()).isNull();

        after(3);
        Interval young = history.last(MINUTE, nanos, tokens(100, 40));
        assertThat(young.seconds()).isEqualTo(3);
        assertThat(young.perSecond(6)).isEqualTo(2);
        assertThat(young.counted().tokens("chat")).isEqualTo(new TokenCount(100, 40));
    }

    @Test
    void aSampleIsDueAfterEachPeriodAndNotBefore() {
        nanos += History.PERIOD.toNanos() - 1;
        assertThat(history.isDue(nanos)).isFalse();
        nanos++;
        assertThat(history.isDue(nanos)).isTrue();
        history.add(nanos, Totals.NONE);
        assertThat(history.isDue(nanos)).isFalse();
    }

    @Test
    void aSampleThatIsLatePutsOffNoOther() {
        nanos += History.PERIOD.toNanos() + 900;
        history.add(nanos, Totals.NONE);
        nanos += History.PERIOD.toNanos() - 900;
        assertThat(history.isDue(nanos)).isTrue();

        after(3_600);
        history.add(nanos, Totals.NONE);
        assertThat(history.isDue(nanos)).isFalse();
        after(5);
        assertThat(history.isDue(nanos)).isTrue();
    }

    @Test
    void theLastMinuteIsADifference() {
        for (int i = 1; i <= 100; i++) {
            sample(tokens(i * 100L, i * 10L));
        }

        Interval minute = history.last(MINUTE, nanos, tokens(10_000, 1_000));
        assertThat(minute.seconds()).isEqualTo(60);
        assertThat(minute.counted().tokens(GPU)).isEqualTo(new TokenCount(1_200, 120));
        after(4);
        assertThat(history.last(MINUTE, nanos, tokens(10_050, 1_050)).seconds()).isEqualTo(64);
        assertThat(history.last(MINUTE, nanos, tokens(10_050, 1_050)).counted().tokens(GPU))
                .isEqualTo(new TokenCount(1_250, 170));
    }

    @Test
    void anHourIsAsFarAsItGoes() {
        for (int i = 1; i <= 2_000; i++) {
            sample(tokens(i, 0));
        }

        Interval hour = history.last(History.REACH, nanos, tokens(2_000, 0));
        assertThat(hour.seconds()).isEqualTo(3_600);
        assertThat(hour.counted().tokens(GPU).prompt()).isEqualTo(720);
    }

    @Test
    void decisionsAndWaitsAreDifferencesToo() {
        sample(new Totals(Map.of("chat", new PoolTotals(Map.of(Decision.PINNED, 5L), WaitCount.NONE)), Map.of()));
        Totals now = new Totals(
                Map.of("chat", new PoolTotals(Map.of(Decision.PINNED, 5L, Decision.PLACED, 2L), WaitCount.NONE)),
                Map.of());

        PoolTotals sinceSample =
                history.last(Duration.ZERO, nanos, now).counted().pool("chat");
        PoolTotals sinceStart = history.last(MINUTE, nanos, now).counted().pool("chat");

        assertThat(sinceSample.decisions()).isEqualTo(Map.of(Decision.PLACED, 2L));
        assertThat(sinceStart.requests()).isEqualTo(7);
        assertThat(history.last(MINUTE, nanos, now).counted().pool("nosuch").requests())
                .isZero();
    }

    @Test
    void aCountThatBeganAnewIsTakenAsAWhole() {
        sample(tokens(500, 100));

        assertThat(history.last(Duration.ZERO, nanos, tokens(30, 10)).counted().tokens(GPU))
                .isEqualTo(new TokenCount(30, 10));
    }

    @Test
    void barsAreTwoSamplesLongAtFirstAndStayWhereTheyAre() {
        assertThat(shares()).isEmpty();
        sample(tokens(10, 5));
        assertThat(shares()).containsExactly(0.5);
        sample(tokens(20, 15));
        assertThat(shares()).containsExactly(0.75);
        sample(tokens(20, 15));
        assertThat(shares()).containsExactly(0.75, null);
        sample(tokens(30, 15));
        sample(tokens(40, 25));
        assertThat(shares()).containsExactly(0.75, 0.0, 1.0);
        assertThat(history.barSeconds()).isEqualTo(10);
    }

    @Test
    void anHourIsOneHundredAndTwentyBars() {
        for (int i = 1; i <= 240; i++) {
            sample(tokens(i * 10L, i * 5L));
        }
        assertThat(history.barSeconds()).isEqualTo(10);
        assertThat(shares()).hasSize(120);
        sample(tokens(2_410, 1_205));
        assertThat(history.barSeconds()).isEqualTo(15);
        for (int i = 242; i <= 5_000; i++) {
            sample(tokens(i * 10L, i * 5L));
            assertThat(shares()).isEqualTo(Collections.nCopies(shares().size(), 0.5));
            assertThat(shares().size()).isLessThanOrEqualTo(History.MAX_BARS);
        }
        assertThat(history.barSeconds()).isEqualTo(30);
        assertThat(shares()).hasSize(120);
    }

    private List<Double> shares() {
        return history.shares(totals -> totals.tokens(GPU));
    }

    private void after(int seconds) {
        nanos += Duration.ofSeconds(seconds).toNanos();
    }

    private void sample(Totals totals) {
        nanos += History.PERIOD.toNanos();
        history.add(nanos, totals);
    }

    private static Totals tokens(long prompt, long cached) {
        return new Totals(Map.of(), Map.of(GPU, new TokenCount(prompt, cached)));
    }
}
