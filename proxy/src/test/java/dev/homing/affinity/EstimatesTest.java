// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is learned of a pool's requests. */
class EstimatesTest {

    private final BytesPerToken ratio = new BytesPerToken();
    private final MedianTime median = new MedianTime();

    @Test
    void fourBytesAreATokenUntilAnAnswerTells() {
        assertThat(ratio.get()).isEqualTo(4);
        ratio.learn(1000, 0);
        ratio.learn(0, 1000);
        ratio.learn(1000, -1);

        assertThat(ratio.get()).isEqualTo(4);
    }

    @Test
    void theRatioComesToWhatAnswersTell() {
        for (int n = 0; n < 50; n++) {
            ratio.learn(27_000, 10_000);
        }
        assertThat(ratio.get()).isCloseTo(2.7, within(0.02));
    }

    @Test
    void aTokenWeighsTheSameInALongPromptAsInAShortOne() {
        for (int n = 0; n < 2000; n++) {
            ratio.learn(10_000, 5_000);
            ratio.learn(1_200, 100);
        }
        assertThat(ratio.get()).isCloseTo(11_200 / 5_100.0, within(0.05));
    }

    @Test
    void anImageDoesNotSpoilTheEstimateOfTexts() {
        for (int n = 0; n < 50; n++) {
            ratio.learn(40_000, 10_000);
        }
        ratio.learn(10_000_000, 1_500);
        assertThat(ratio.get()).isBetween(4.0, 4.2);
    }

    @ParameterizedTest
    @CsvSource({"1, 1000000000, 1", "1000000000, 1, 4.0", "100000000000, 1000000000, 16"})
    void theRatioStaysWithinItsBounds(long bytes, long tokens, double expected) {
        ratio.learn(bytes, tokens);

        assertThat(ratio.get()).isBetween(1.0, 16.0).isCloseTo(expected, within(0.01));
    }

    @Test
    void answersAtTheSameMomentAllCount() throws Exception {
        List<Thread> loops = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread loop = new Thread(() -> {
                for (int n = 0; n < 1000; n++) {
                    ratio.learn(3_000, 1_000);
                    median.seen(5_000);
                }
            });
            loop.start();
            loops.add(loop);
        }
        for (Thread loop : loops) {
            loop.join(10_000);
        }
        // (1 - 1/101) to the power of 4000 is nothing
        assertThat(ratio.get()).isCloseTo(3, within(1e-9));
        assertThat(median.nanos(0)).isEqualTo(5_000);
    }

    @Test
    void sizesAreChecked() {
        assertThatIllegalArgumentException().isThrownBy(() -> new PromptSize(-1, 4));
        assertThatIllegalArgumentException().isThrownBy(() -> new PromptSize(1, 0));
        assertThat(new PromptSize(10, 4).tokens()).as("rounded").isEqualTo(3);
    }

    @Test
    void theFirstTimeIsTheMedianAtFirst() {
        assertThat(median.nanos(7)).isEqualTo(7);
        median.seen(100);
        assertThat(median.nanos(7)).isEqualTo(100);
    }

    @Test
    void theMedianIsMetWithinATenth() {
        SplittableRandom random = new SplittableRandom(11);
        double[] seen = new double[3000];
        for (int n = 0; n < seen.length; n++) {
            // log-normal as times to the first token are: most of some hundred ms, some of minutes
            double log = Math.log(300) + 1.5 * gaussian(random);
            seen[n] = TimeUnit.MILLISECONDS.toNanos(1) * Math.exp(log);
            median.seen((long) seen[n]);
        }
        Arrays.sort(seen);
        assertThat((double) median.nanos(0)).isCloseTo(seen[1500], within(seen[1500] * 0.3));
        long above = Arrays.stream(seen).filter(s -> s > median.nanos(0)).count();
        assertThat(above / 3000.0).isCloseTo(0.5, within(0.1));
    }

    @Test
    void itFollowsALoadThatChanges() {
        median.seen(TimeUnit.SECONDS.toNanos(1));
        int requests = 0;
        while (median.nanos(0) < TimeUnit.SECONDS.toNanos(60)) {
            median.seen(TimeUnit.SECONDS.toNanos(60));
            requests++;
        }
        assertThat(requests).isLessThan(100);
        assertThat(median.nanos(0)).isEqualTo(TimeUnit.SECONDS.toNanos(60));
    }

    @Test
    void timesOfNothingAreNoTrouble() {
        for (int n = 0; n < 1000; n++) {
            median.seen(0);
        }
        assertThat(median.nanos(9)).isEqualTo(1);
        median.seen(3);
        assertThat(median.nanos(9)).isEqualTo(2);
    }

    private static double gaussian(SplittableRandom random) {
        double sum = -6;
        for (int i = 0; i < 12; i++) {
            sum += random.nextDouble();
        }
        return sum;
    }
}
