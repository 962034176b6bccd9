// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.affinity.Doubt.Sign;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DoubtTest {

    @ParameterizedTest
    @CsvSource({
        // a first turn, and those that go on from the one before
        "1000,    0, true, 1000, NOTHING",
        "1000, 1000, true, 1000, NOTHING",
        "9999, 1000, true, 9999, NOTHING",
        // edited, or without the model's thoughts
        " 875, 1000, true,  875, NOTHING",
        " 874, 1000, true,  874, SHRUNK",
        // down to what is no more than a side call
        " 125, 1000, true,  125, SHRUNK",
        " 124, 1000, true,  124, NOTHING",
        // another one came meanwhile
        "1000,    0, true, 1001, BESIDE",
        "1000,    0, true,  999, BESIDE",
        "1000,    0, true,  125, BESIDE",
        "1000,    0, true,  124, NOTHING",
        "1000,    0, true, 8007, BESIDE",
        "1000,    0, true, 8008, NOTHING",
        // it came beside another one, whose sign that is
        " 500, 1000, false, 500, NOTHING",
        " 500, 1000, false, 600, BESIDE",
        // a size that never became known
        "   0, 1000, true,    0, NOTHING",
        "1000,    0, true,    0, NOTHING",
    })
    void aTurnIsASignWhenItShrinksOrRunsBesideAnotherOfItsKind(
            long bytes, long before, boolean alone, long now, Sign sign) {
        assertThat(Doubt.sign(bytes, before, alone, now)).isEqualTo(sign);
    }

    @Test
    void oneSignIsNone() {
        assertThat(Doubt.suspect(after(Sign.SHRUNK))).isFalse();
        assertThat(Doubt.suspect(after(Sign.BESIDE))).isFalse();
        assertThat(after(Sign.NOTHING, Sign.NOTHING)).isEqualTo(Doubt.NONE);
    }

    @Test
    void aSecondOneWithinEightTurnsIs() {
        assertThat(Doubt.suspect(after(Sign.SHRUNK, Sign.SHRUNK))).isTrue();
        assertThat(Doubt.suspect(after(Sign.SHRUNK, Sign.BESIDE))).isTrue();
        assertThat(Doubt.suspect(afterQuiet(Doubt.TURNS - 1))).isTrue();
        assertThat(Doubt.suspect(afterQuiet(Doubt.TURNS))).isFalse();
        assertThat(afterQuiet(Doubt.TURNS)).as("a first one again").isEqualTo(after(Sign.SHRUNK));
    }

    /** A sign, so many turns without, and another sign. */
    private static int afterQuiet(int turns) {
        Sign[] signs = Collections.nCopies(turns + 2, Sign.NOTHING).toArray(Sign[]::new);
        signs[0] = Sign.SHRUNK;
        signs[turns + 1] = Sign.SHRUNK;
        return after(signs);
    }

    @ParameterizedTest
    @EnumSource(Sign.class)
    void aSuspectStaysOneAndItsSignsAreKept(Sign sign) {
        int suspect = after(Sign.SHRUNK, Sign.SHRUNK);
        int later = IntStream.range(0, 100).reduce(suspect, (doubt, turn) -> Doubt.after(doubt, sign));

        assertThat(Doubt.suspect(later)).isTrue();
        assertThat(Doubt.saw(later, Sign.SHRUNK)).isTrue();
        assertThat(Doubt.saw(later, Sign.BESIDE)).isEqualTo(sign == Sign.BESIDE);
    }

    @Test
    void noneTakesMoreThanItsBits() {
        Set<Integer> seen = new HashSet<>();
        Deque<Integer> next = new ArrayDeque<>(List.of(Doubt.NONE));
        while (!next.isEmpty()) {
            int doubt = next.remove();
            if (seen.add(doubt)) {
                Stream.of(Sign.values()).forEach(sign -> next.add(Doubt.after(doubt, sign)));
            }
        }

        assertThat(seen).hasSizeGreaterThan(Doubt.TURNS).allMatch(doubt -> doubt >= 0 && doubt < 1 << Doubt.BITS);
    }

    private static int after(Sign... signs) {
        int doubt = Doubt.NONE;
        for (Sign sign : signs) {
            doubt = Doubt.after(doubt, sign);
        }
        return doubt;
    }
}
