// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Rounds of a test over random input, for as long as {@code -Dhoming.fuzz} says. Every run begins somewhere else; a failure tells its seed, and
 * {@code -Dhoming.seed} begins there again.
 */
public final class Fuzz {

    /** A few seconds find what a change broke; a long run is somebody's wish. */
    private static final String SHORT = "5s";

    private Fuzz() {}

    /** One round: everything random in it comes from the argument. */
    public interface Round {
        void run(Random random) throws Exception;
    }

    /** Rounds until the time is over, at least one. */
    public static void rounds(Round round) {
        Duration time = duration("homing.fuzz", SHORT);
        long end = System.nanoTime() + time.toNanos();
        long first = seed();
        long seed = first;
        do {
            try {
                round.run(new Random(seed));
            } catch (Exception | AssertionError e) {
                throw new AssertionError("-Dhoming.seed=" + seed + ": " + e.getMessage(), e);
            }
            seed++;
        } while (System.nanoTime() - end < 0);
        System.out.printf("%d rounds from -Dhoming.seed=%d%n", seed - first, first);
    }

    /** What {@code -Dhoming.seed} gives, else one by chance. */
    public static long seed() {
        Long given = Long.getLong("homing.seed");
        return given != null ? given : ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE);
    }

    /** A system property such as {@code 30s} or {@code 3m}. */
    public static Duration duration(String property, String otherwise) {
        return Duration.parse("PT" + System.getProperty(property, otherwise).toUpperCase(Locale.ROOT));
    }
}
