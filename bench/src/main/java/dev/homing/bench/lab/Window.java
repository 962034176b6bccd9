// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What the load saw while something was measured. Written by the load's event loop alone; read once it is closed. */
final class Window {

    private static final long LONGEST = TimeUnit.MINUTES.toNanos(2);

    private final Histogram nanos = new Histogram(LONGEST, 3);
    private long failures;

    /** Something arrived that was asked for or sent this long ago. */
    void arrived(long sinceNanos) {
        nanos.recordValue(Math.max(0, Math.min(sinceNanos, LONGEST)));
    }

    void failed() {
        failures++;
    }

    /** How many arrived: tokens or answers. */
    long count() {
        return nanos.getTotalCount();
    }

    long failures() {
        return failures;
    }

    /** @param percentile 0 to 100 */
    double millis(double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e6;
    }
}
