// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Weights as the smallest whole numbers in the same proportion, so that a schedule of that many turns keeps them. */
final class Weights {

    /** Turns that a schedule may have, unless there are more backends than this: what bounds its memory and the time to work it out. */
    static final int MOST_TURNS = 4096;

    /** How far from whole, in units, a number may be that counts as whole: doubles such as 0.1 are not exact. */
    private static final double TOLERANCE = 1e-6;

    private Weights() {}

    /**
     * Turns of each within a schedule: in the weights' exact proportion where {@value #MOST_TURNS} turns suffice for that, else as near to it
     * as they allow, but never none.
     *
     * @param weights each {@code > 0}
     */
    static int[] units(double[] weights) {
        double least = Arrays.stream(weights).min().orElse(1);
        double sum = Arrays.stream(weights).sum() / least;
        for (int units = 1; units * sum <= MOST_TURNS; units++) {
            double scale = units / least;
            if (Arrays.stream(weights).allMatch(weight -> isWhole(weight * scale))) {
                return Arrays.stream(weights)
                        .mapToInt(weight -> (int) Math.round(weight * scale))
                        .toArray();
            }
        }
        return nearest(weights);
    }

    private static boolean isWhole(double units) {
        return Math.abs(units - Math.rint(units)) <= TOLERANCE;
    }

    /** Everyone one turn; the others by the largest remainder. */
    private static int[] nearest(double[] weights) {
        int n = weights.length;
        int spare = Math.max(0, MOST_TURNS - n);
        double sum = Arrays.stream(weights).sum();
        double[] quota = new double[n];
        int[] units = new int[n];
        for (int i = 0; i < n; i++) {
            quota[i] = Math.max(0, weights[i] / sum * (n + spare) - 1);
        }
        double scale = spare / Math.max(Arrays.stream(quota).sum(), Double.MIN_NORMAL);
        for (int i = 0; i < n; i++) {
            quota[i] *= scale;
            units[i] = 1 + (int) quota[i];
        }
        int left = n + spare - Arrays.stream(units).sum();
        IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> Math.floor(quota[i]) - quota[i]))
                .limit(Math.max(0, left))
                .forEach(i -> units[i]++);
        return units;
    }
}
