// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How many waits were within each bound of a histogram, as counted or as the difference of two counts; immutable. */
public final class WaitCount {

    /** No wait at all. */
    public static final WaitCount NONE = new WaitCount(new double[0], new long[0]);

    /** Upper bounds in seconds, ascending; those beyond the last are counted in one place more. */
    private final double[] bounds;

    /** Of each bucket alone, not of those below it; one more than there are bounds, or none at all. */
    private final long[] counts;

    private WaitCount(double[] bounds, long[] counts) {
        this.bounds = bounds;
        this.counts = counts;
    }

    /** What a timer with buckets has recorded since it was made. */
    static WaitCount of(HistogramSnapshot timer) {
        CountAtBucket[] cumulative = timer.histogramCounts();
        double[] bounds = new double[cumulative.length];
        long[] counts = new long[cumulative.length + 1];
        long below = 0;
        for (int i = 0; i < cumulative.length; i++) {
            bounds[i] = cumulative[i].bucket(TimeUnit.SECONDS);
            long within = (long) cumulative[i].count();
            counts[i] = Math.max(0, within - below);
            below = within;
        }
        // The count is read after the buckets: a wait that ended in between is not beyond all bounds for that.
        counts[cumulative.length] = Math.max(0, timer.count() - below);
        return new WaitCount(bounds, counts);
    }

    /** What came after {@code before}; all of it when the count began anew meanwhile. */
    WaitCount since(WaitCount before) {
        if (before.counts.length == 0) {
            return this;
        }
        long[] more = new long[counts.length];
        for (int i = 0; i < more.length; i++) {
            more[i] = counts[i] - before.counts[i];
            if (more[i] < 0) {
                return this;
            }
        }
        return new WaitCount(bounds, more);
    }

    /** Both together; their bounds are the same. */
    WaitCount plus(WaitCount other) {
        if (counts.length == 0 || other.counts.length == 0) {
            return counts.length == 0 ? other : this;
        }
        long[] sum = counts.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.counts[i];
        }
        return new WaitCount(bounds, sum);
    }

    /** How many waits there were. */
    public long total() {
        return Arrays.stream(counts).sum();
    }

    /**
     * The wait that a share {@code q} of all did not exceed, in seconds, as PromQL's {@code histogram_quantile} tells it: the waits of a bucket are
     * taken to be spread evenly over it. Of those beyond the last bound no more is known than that bound.
     *
     * @param q more than 0, at most 1
     * @return null when there was none
     */
    public @Nullable Double quantileSeconds(double q) {
        double rank = q * total();
        double below = 0;
        for (int i = 0; i < bounds.length; i++) {
            if (counts[i] > 0 && below + counts[i] >= rank) {
                double lower = i == 0 ? 0 : bounds[i - 1];
                return lower + (bounds[i] - lower) * (rank - below) / counts[i];
            }
            below += counts[i];
        }
        return rank > 0 && bounds.length > 0 ? Double.valueOf(bounds[bounds.length - 1]) : null;
    }
}
