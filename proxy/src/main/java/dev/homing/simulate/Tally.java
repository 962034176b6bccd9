// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Counts what happens within a window of time. */
final class Tally {

    private static final double NANOS = 1e9;

    private final long from;
    private final long until;
    private final int[] lastSlot;
    private final BitSet moved = new BitSet();
    private long[] firstTokens = new long[1024];
    private int requests;
    private long promptTokens;
    private long cachedTokens;
    private long loadSince;
    private double busiest;
    private double mean;

    /**
     * @param from calls that come earlier are not counted, nanoseconds
     * @param until nor those that come then or later
     * @param sessions numbers of sessions there are
     */
    Tally(long from, long until, int sessions) {
        this.from = from;
        this.until = until;
        this.loadSince = from;
        this.lastSlot = new int[sessions];
        Arrays.fill(lastSlot, -1);
    }

    /** A call is sent to a backend, at {@code nanos}. */
    void sent(Call call, long nanos, int slot) {
        int before = lastSlot[call.session()];
        lastSlot[call.session()] = slot;
        if (before >= 0 && before != slot && isCounted(nanos)) {
            moved.set(call.session());
        }
    }

    /** The first token of a call that came at {@code nanos} is there. */
    void answered(Call call, long nanos, long cached, long timeToFirstToken) {
        if (!isCounted(nanos)) {
            return;
        }
        if (requests == firstTokens.length) {
            firstTokens = Arrays.copyOf(firstTokens, 2 * requests);
        }
        firstTokens[requests++] = timeToFirstToken;
        promptTokens += call.promptTokens();
        cachedTokens += cached;
    }

    /** The load of these backends was the same until {@code nanos}; it changes now. */
    void load(List<Replica> backends, long nanos) {
        long now = Math.min(nanos, until);
        if (now <= loadSince) {
            return;
        }
        double time = now - (double) loadSince;
        int most = 0;
        int all = 0;
        for (Replica backend : backends) {
            most = Math.max(most, backend.inflight());
            all += backend.inflight();
        }
        busiest += time * most;
        mean += time * all / backends.size();
        loadSince = now;
    }

    Figures figures() {
        long[] sorted = Arrays.copyOf(firstTokens, requests);
        Arrays.sort(sorted);
        return new Figures(
                requests,
                promptTokens == 0 ? 0 : (double) cachedTokens / promptTokens,
                new Figures.Seconds(percentile(sorted, 0.50), percentile(sorted, 0.95), percentile(sorted, 0.99)),
                mean == 0 ? 1 : busiest / mean,
                moved.cardinality());
    }

    private boolean isCounted(long nanos) {
        return nanos >= from && nanos < until;
    }

    private static double percentile(long[] sorted, double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted.length == 0 ? 0 : sorted[Math.max(0, rank - 1)] / NANOS;
    }
}
