// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The totals of the last hour, one sample each {@link #PERIOD}, from which figures of any time within it are differences. It begins with nothing
 * counted, at the moment it is made. Confined to one thread.
 */
public final class History {

    /** How far two samples are apart. */
    public static final Duration PERIOD = Duration.ofSeconds(5);

    /** How far back it goes. */
    public static final Duration REACH = Duration.ofHours(1);

    /** Bars of a chart: no more than a screen shows apart. */
    static final int MAX_BARS = 120;

    /** Samples between two bars of a young process: shorter ones would hold a request or none. */
    private static final int LEAST_STEP = 2;

    private static final int CAPACITY = (int) REACH.dividedBy(PERIOD) + 1;

    /** The oldest at {@code added % CAPACITY} once it is full. */
    private final Sample[] ring = new Sample[CAPACITY];

    /** How many samples were ever added. */
    private long added;

    /** When the next sample is to be taken: in step with the first one, however late the others were. */
    private long due;

    /** @param nanos the present moment, on a monotonic clock; those of all samples are on the same one */
    public History(long nanos) {
        due = nanos;
        add(nanos, Totals.NONE);
    }

    private record Sample(long nanos, Totals totals) {}

    /** Takes the next sample, not before the last one. */
    public void add(long nanos, Totals totals) {
        ring[(int) (added++ % CAPACITY)] = new Sample(nanos, totals);
        while (nanos - due >= 0) {
            due += PERIOD.toNanos();
        }
    }

    /** Whether it is time for the next sample. */
    public boolean isDue(long nanos) {
        return nanos - due >= 0;
    }

    /**
     * What was counted in the last {@code time}: up to one {@link #PERIOD} more, since it begins with a sample; less when there is none that old.
     *
     * @param nanos the present moment
     * @param now what is counted up to it
     */
    public Interval last(Duration time, long nanos, Totals now) {
        Sample from = sample(added - 1);
        for (long i = added - 1; i >= oldest(); i--) {
            from = sample(i);
            if (nanos - from.nanos >= time.toNanos()) {
                break;
            }
        }
        return new Interval((nanos - from.nanos) / 1e9, now.since(from.totals));
    }

    /** Samples that one bar of a chart spans: as few as let {@link #MAX_BARS} show all that is known. */
    private int step() {
        long intervals = added - 1 - oldest();
        return (int) Math.max(LEAST_STEP, (intervals + MAX_BARS - 1) / MAX_BARS);
    }

    /** Seconds that one bar of a chart spans. */
    public long barSeconds() {
        return step() * PERIOD.toSeconds();
    }

    /**
     * The cached share in each bar of a chart over all that is known, the newest last; null where no tokens were told. Bars stay where they are while
     * time goes on: only the last one grows.
     *
     * @param tokens of the totals of a sample
     */
    public List<@Nullable Double> shares(Function<Totals, TokenCount> tokens) {
        List<@Nullable Double> shares = new ArrayList<>();
        int step = step();
        long newest = added - 1;
        for (long from = oldest(); from < newest; ) {
            long to = Math.min(newest, from - from % step + step);
            shares.add(tokens.apply(sample(to).totals)
                    .since(tokens.apply(sample(from).totals))
                    .share());
            from = to;
        }
        return shares.subList(Math.max(0, shares.size() - MAX_BARS), shares.size());
    }

    private long oldest() {
        return Math.max(0, added - CAPACITY);
    }

    private Sample sample(long index) {
        return ring[(int) (index % CAPACITY)];
    }
}
