// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.util.List;
import java.util.Locale;

/** Median and spread of a figure over the rounds. */
record Statistics(double median, double least, double most) {

    /** @throws IllegalArgumentException when there are none */
    static Statistics of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("values: none (expected: at least one)");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Statistics(median, sorted.get(0), sorted.get(sorted.size() - 1));
    }

    /** The median, and behind it from where to where. */
    @Override
    public String toString() {
        return least == most ? number(median) : number(median) + " (" + number(least) + " to " + number(most) + ")";
    }

    /** With three digits or more. */
    static String number(double value) {
        int decimals = value >= 100 || value == 0 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
