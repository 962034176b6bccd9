// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightsTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "7, 1",
        "1 1 1, 1 1 1",
        "1.5 1, 3 2",
        "0.1 0.2 0.3, 1 2 3",
        "100 1, 100 1",
        "2.5 1 1 0.1, 25 10 10 1",
        "4095 1, 4095 1",
        "3 6 9, 1 2 3"
    })
    void theyAreTheSmallestWholeNumbersInTheSameProportion(String weights, String units) {
        assertThat(Weights.units(numbers(weights)))
                .containsExactly(Arrays.stream(units.split(" "))
                        .mapToInt(Integer::parseInt)
                        .toArray());
    }

    @Test
    void oneTurnMoreThanThereMayBeIsRounded() {
        assertThat(Weights.units(new double[] {4_096, 1})).containsExactly(4_095, 1);
        assertThat(Weights.units(new double[] {1e9, 1e-9, 1e9})).containsExactly(2_048, 1, 2_047);
    }

    /** Turns beyond everyone's first one: whole ones by the share, and what is left over by the largest remainders. */
    @Test
    void whatIsRoundedIsRoundedByTheLargestRemainder() {
        Random random = new Random(3);
        for (int run = 0; run < 500; run++) {
            double[] weights = random.doubles(3 + random.nextInt(5), 1, 9).toArray();
            double sum = Arrays.stream(weights).sum();

            int[] units = Weights.units(weights);

            assertThat(Arrays.stream(units).sum()).isEqualTo(Weights.MOST_TURNS);
            double[] exact = Arrays.stream(weights)
                    .map(w -> w / sum * Weights.MOST_TURNS)
                    .toArray();
            double leastUp = remainders(units, exact, 1).min().orElse(1);
            double mostDown = remainders(units, exact, 0).max().orElse(0);
            assertThat(leastUp).as(Arrays.toString(weights)).isGreaterThanOrEqualTo(mostDown);
        }
    }

    @Test
    void withMoreBackendsThanTurnsEveryoneHasOne() {
        double[] weights = new Random(5).doubles(5_000, 0.5, 2).toArray();

        assertThat(Weights.units(weights)).hasSize(5_000).containsOnly(1);
    }

    /** The fractions of those that are that many above their whole part; every one is 0 or 1. */
    private static DoubleStream remainders(int[] units, double[] exact, int above) {
        for (int i = 0; i < units.length; i++) {
            assertThat(units[i] - (int) Math.floor(exact[i])).isBetween(0, 1);
        }
        return IntStream.range(0, units.length)
                .filter(i -> units[i] - (int) Math.floor(exact[i]) == above)
                .mapToDouble(i -> exact[i] - Math.floor(exact[i]));
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }
}
