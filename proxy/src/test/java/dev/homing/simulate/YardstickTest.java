// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class YardstickTest {

    private static final Call CALL = new Call(0, null, 0, new Prompt(1, 0, new int[0]));

    @Test
    void itTakesTheCheapestOfThoseThatAreUp() {
        long[] prices = {5, 2, 9, 1};
        Yardstick yardstick = new Yardstick(3, (call, slot) -> prices[slot], 1);
        assertThat(yardstick.send(CALL).slot())
                .as("the last one has not come yet")
                .isEqualTo(1);

        yardstick.up(3, true);
        assertThat(yardstick.send(CALL).slot()).isEqualTo(3);

        yardstick.up(3, false);
        yardstick.up(1, false);
        assertThat(yardstick.again(CALL, yardstick.send(CALL)).slot()).isZero();
    }

    @Test
    void thoseThatCostTheSameAreTakenEquallyOften() {
        Yardstick yardstick = new Yardstick(4, (call, slot) -> slot == 2 ? 1 : 0, 1);
        int[] taken = new int[4];
        for (int n = 0; n < 3000; n++) {
            taken[yardstick.send(CALL).slot()]++;
        }

        assertThat(taken[2]).isZero();
        assertThat(new int[] {taken[0], taken[1], taken[3]}).satisfies(counts -> {
            for (int count : counts) {
                assertThat(count).isBetween(900, 1100);
            }
        });
    }

    @Test
    void tiesGoBySeed() {
        assertThat(choices(1)).isEqualTo(choices(1)).isNotEqualTo(choices(2));
    }

    private static List<Integer> choices(long seed) {
        Yardstick yardstick = new Yardstick(4, (call, slot) -> 0, seed);
        return IntStream.range(0, 50).mapToObj(n -> yardstick.send(CALL).slot()).toList();
    }
}
