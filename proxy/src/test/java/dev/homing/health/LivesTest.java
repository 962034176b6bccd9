// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.routing.Life;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LivesTest {

    /** {@code gone}, {@code doubt}, {@code alive}, {@code silent}, {@code busy}, or a start time. */
    @ParameterizedTest(name = "[{0}]")
    @CsvSource({
        // signs, life, sure, asks for the start time
        "'', 0, true, true",
        "alive, 0, true, true",
        "alive silent, 0, true, false",
        "alive 100, 0, true, false",
        "alive busy, 0, true, true",
        // going by probes alone
        "alive silent doubt, 0, false, true",
        "alive silent doubt alive, 0, true, false",
        "alive doubt alive, 0, true, true",
        "alive gone, 1, false, false",
        "alive gone gone gone, 1, false, false",
        "alive gone alive, 1, true, true",
        "alive gone alive gone alive, 2, true, true",
        "alive gone doubt, 1, false, false",
        // with a start time
        "alive 100 100, 0, true, false",
        "alive 100 101, 1, true, false",
        "alive 100 101 100, 2, true, false",
        "alive 100 doubt, 0, false, true",
        "alive 100 doubt alive, 0, false, true",
        "alive 100 doubt alive busy, 0, false, true",
        "alive 100 doubt alive 100, 0, true, false",
        "alive 100 doubt alive 101, 1, true, false",
        "alive 100 doubt alive silent, 1, true, false",
        "alive silent doubt alive 100, 0, true, false",
        "alive 100 gone 100, 1, false, false",
        "alive 100 gone silent, 1, false, false",
        "alive 100 gone alive, 1, true, true",
        "alive 100 gone alive 101, 1, true, false",
        "alive 100 gone alive 101 doubt alive 101, 1, true, false",
    })
    void theTableHolds(String signs, int life, boolean sure, boolean question) {
        Lives lives = Lives.unknown();
        for (String sign : signs.isEmpty() ? new String[0] : signs.split(" ")) {
            lives = after(lives, sign);
        }
        assertThat(lives.life()).isEqualTo(new Life(life, sure));
        assertThat(lives.isQuestion()).isEqualTo(question);
    }

    @Test
    void lifeNumbersNeverComeBackAndWhatIsGoneIsNeverSure() {
        SplittableRandom random = new SplittableRandom(4);
        List<String> signs = List.of("gone", "doubt", "alive", "silent", "busy", "100", "101");
        for (int run = 0; run < 2_000; run++) {
            Lives lives = Lives.unknown();
            List<String> told = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String sign = signs.get(random.nextInt(signs.size()));
                told.add(sign);
                Lives next = after(lives, sign);
                assertThat(next.life().number())
                        .as("%s", told)
                        .isBetween(lives.life().number(), lives.life().number() + 1);
                assertThat(next.gone() && next.life().sure()).as("%s", told).isFalse();
                lives = next;
            }
        }
    }

    @Test
    void aLifeIsThatOneOnlyWhenItIsSure() {
        assertThat(new Life(3, true).is(3)).isTrue();
        assertThat(new Life(3, true).is(2)).isFalse();
        assertThat(new Life(3, false).is(3)).isFalse();
    }

    private static Lives after(Lives lives, String sign) {
        return switch (sign) {
            case "gone" -> lives.on(Lives.Sign.GONE);
            case "doubt" -> lives.on(Lives.Sign.DOUBT);
            case "alive" -> lives.on(Lives.Sign.ALIVE);
            case "silent" -> lives.on(new StartTime.Silent());
            case "busy" -> lives.on(new StartTime.NoAnswer());
            default -> lives.on(new StartTime.Told(Double.parseDouble(sign)));
        };
    }
}
