// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file holds, the reader answers with a configuration or with errors: nothing else, and soon. */
class MutationTest {

    private static final int MUTATIONS = 2_000;
    private static final List<String> PIECES = List.of(
            "\t",
            "\n",
            "  ",
            ":",
            "- ",
            "{",
            "}",
            "[",
            "]",
            "*a",
            "&a ",
            "!!x ",
            "${",
            "}",
            "${A:-",
            "'",
            "\"",
            "|",
            ">",
            "%",
            "@",
            "#",
            "---\n",
            "? ",
            "<<: ",
            "\u0000",
            "\uFEFF",
            "\uD83D",
            "\u0085",
            "99999999999999999999",
            "-1",
            "none",
            "off",
            "auto",
            "NaN",
            "::",
            "/",
            "[::1%lo]:1",
            "http://",
            "é");

    /** Begins somewhere else each time, and goes on for as long as {@code -Dhoming.fuzz} says; {@code -Dhoming.seed} begins there again. */
    @Test
    void noMutatedFileBreaksTheReaderHoweverLongOneTries() throws IOException {
        Long given = Long.getLong("homing.seed");
        long seed = given != null ? given : ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE);
        Duration time =
                Duration.parse("PT" + System.getProperty("homing.fuzz", "5s").toUpperCase(Locale.ROOT));
        List<String> texts = Project.examples().stream().map(Project::text).toList();
        for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() - end < 0; seed++) {
            Random random = new Random(seed);
            StringBuilder mutated = new StringBuilder(texts.get(random.nextInt(texts.size())));
            for (int edits = 1 + random.nextInt(8); edits > 0 && !mutated.isEmpty(); edits--) {
                mutate(mutated, random);
            }
            long began = System.nanoTime();
            try {
                isRefused(mutated.toString(), 0);
            } catch (RuntimeException | StackOverflowError | AssertionError e) {
                throw new AssertionError("-Dhoming.seed=" + seed + ": " + e + "\n" + mutated, e);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("-Dhoming.seed=%d: %s", seed, mutated)
                    .isLessThan(Duration.ofSeconds(10));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20_260_101})
    @Timeout(60)
    void aMutatedFileIsReadOrRefusedButNeverBreaksTheReader(long seed) {
        Random random = new Random(seed);
        String text = Project.text(Project.EXAMPLES.resolve("everything.yaml"));
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            StringBuilder mutated = new StringBuilder(text);
            for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
                mutate(mutated, random);
            }
            refused += isRefused(mutated.toString(), i) ? 1 : 0;
        }
        assertThat(refused).isBetween(MUTATIONS / 10, MUTATIONS - 1);
    }

    @Test
    void theLargestFileOfNonsenseIsRefusedInTime() {
        for (String piece :
                List.of("a: ", "{a: ", "- ", "? ", "a\n", "x: y\n", "&a ", "*a ", "'", "[{", "//@", "${A:-")) {
            String text = piece.repeat(ConfigReader.LARGEST_FILE / piece.length());
            assertTimeout(Duration.ofSeconds(20), () -> Project.errors(text), piece);
        }
    }

    private static void mutate(StringBuilder text, Random random) {
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + 1 + random.nextInt(12));
        switch (random.nextInt(5)) {
            case 0 -> text.delete(at, end);
            case 1 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
            case 2 -> text.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
            case 3 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(400))));
            default -> text.setCharAt(at, (char) random.nextInt(256));
        }
    }

    private static boolean isRefused(String text, int round) {
        try {
            ConfigReader.read("h.yaml", text, Map.<String, String>of()::get);
            return false;
        } catch (ConfigErrors e) {
            assertThat(e.errors()).as("round %s", round).isNotEmpty().allSatisfy(error -> {
                assertThat(error.toString()).doesNotContain("\n").doesNotContain("Exception");
                assertThat(error.line()).isPositive();
            });
            return true;
        }
    }
}
