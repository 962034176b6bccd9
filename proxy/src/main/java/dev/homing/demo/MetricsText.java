// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

/** Prometheus text in the making. */
final class MetricsText {

    private final StringBuilder text = new StringBuilder();
    private final String prefix;
    private final String labels;

    /** @param labels written after each name as they are; empty = none */
    MetricsText(String prefix, String labels) {
        this.prefix = prefix;
        this.labels = labels;
    }

    MetricsText counter(String name, String help, Number value) {
        return metric("counter", name, help, value);
    }

    MetricsText gauge(String name, String help, Number value) {
        return metric("gauge", name, help, value);
    }

    private MetricsText metric(String type, String name, String help, Number value) {
        String whole = prefix + name;
        text.append("# HELP ").append(whole).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(whole).append(' ').append(type).append('\n');
        return line(whole + labels, value);
    }

    /** One more sample, name and labels as they are. */
    MetricsText line(String sample, Number value) {
        text.append(sample).append(' ').append(value).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
