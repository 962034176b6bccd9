// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

/** What is measured, with its unit. */
enum Figure {
    CPU("CPU", "us each"),
    USER("of it user", "us each"),
    COMPILERS("of it JIT", "us each"),
    RATE("rate", "1/s"),
    P50("p50", "ms"),
    P99("p99", "ms"),
    P999("p99.9", "ms"),
    RESIDENT("resident", "MB"),
    BUSY("proxy", "cores"),
    ENGINES("engines", "cores"),
    LOAD("clients", "cores"),
    MACHINE("whole machine", "cores"),
    FAILURES("failures", "");

    private final String title;
    private final String unit;

    Figure(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    String title() {
        return unit.isEmpty() ? title : title + ", " + unit;
    }
}
