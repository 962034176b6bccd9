// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** One reading of {@code /metrics}. */
public record Scrape(List<Sample> samples) {

    private static final Pattern SAMPLE =
            Pattern.compile("(?m)^([a-zA-Z_:][\\w:]*)(\\{.*})? (-?[0-9.eE+-]+|NaN|\\+Inf)$");

    /**
     * One line of it.
     *
     * @param labels as they stand in the text, braces included
     */
    public record Sample(String name, String labels, double value) {

        boolean has(String label) {
            int equals = label.indexOf('=');
            String written = label.substring(0, equals) + "=\"" + label.substring(equals + 1) + "\"";
            return labels.contains("{" + written) || labels.contains("," + written);
        }
    }

    static Scrape of(String text) {
        List<Sample> samples =
                SAMPLE.matcher(text).results().map(Scrape::sample).toList();
        assertThat(samples).as(text).isNotEmpty();
        return new Scrape(samples);
    }

    private static Sample sample(MatchResult found) {
        String value = found.group(3).replace("+Inf", "Infinity");
        return new Sample(found.group(1), found.group(2) == null ? "" : found.group(2), Double.parseDouble(value));
    }

    /** The sum over all samples of that name that carry these labels, each as {@code name=value}; 0 when there are none. */
    public double sum(String name, String... labels) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name))
                .filter(sample -> List.of(labels).stream().allMatch(sample::has))
                .mapToDouble(Sample::value)
                .sum();
    }

    /** The same of what counts whole things. */
    public long count(String name, String... labels) {
        return Math.round(sum(name, labels));
    }
}
