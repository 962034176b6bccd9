// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.time.Duration;
import java.util.List;

/**
 * What one way of routing came to.
 *
 * @param cachedShare of all prompt tokens, those that replicas took from their caches, 0 to 1
 * @param resentShare of all prompt tokens, those that had been sent or answered before in the same conversation: what a perfect cache of
 *     each conversation could give
 * @param p50 time to first token
 * @param sessionsByReplica how many sessions each replica saw
 */
public record Figures(
        double cachedShare,
        double resentShare,
        Duration p50,
        Duration p95,
        int requests,
        List<Integer> sessionsByReplica) {

    public Figures {
        sessionsByReplica = List.copyOf(sessionsByReplica);
    }

    static Figures of(List<Round.Exchange> exchanges, List<FakeEngine> replicas) {
        long prompt = 0;
        long cached = 0;
        long resent = 0;
        for (Round.Exchange exchange : exchanges) {
            prompt += exchange.sample().promptTokens();
            cached += exchange.sample().cachedTokens();
            resent += exchange.resentTokens();
        }
        long[] first = exchanges.stream()
                .mapToLong(e -> e.sample().firstTokenNanos())
                .sorted()
                .toArray();
        return new Figures(
                (double) cached / prompt,
                (double) resent / prompt,
                percentile(first, 0.50),
                percentile(first, 0.95),
                exchanges.size(),
                replicas.stream().map(r -> r.stats().sessions().size()).toList());
    }

    /** The smallest value that at least this share of all values does not exceed. */
    private static Duration percentile(long[] sorted, double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return Duration.ofNanos(sorted[Math.max(0, rank - 1)]);
    }
}
