// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

/**
 * What one policy came to.
 *
 * @param requests that were counted; the other figures are of these
 * @param cachedRatio of their prompt tokens, those that were in the cache, 0 to 1
 * @param firstToken the times to the first token
 * @param inflightImbalance requests in flight at the busiest backend over the mean of all, both averaged over time; 1 = even
 * @param sessionsMoved sessions that were sent to another backend than before
 */
public record Figures(
        int requests, double cachedRatio, Seconds firstToken, double inflightImbalance, int sessionsMoved) {

    /** Percentiles of times in seconds: the smallest of the times that so many percent of all do not exceed; 0 when there are none. */
    public record Seconds(double p50, double p95, double p99) {}
}
