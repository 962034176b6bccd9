// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.routing.Decision;
import java.util.EnumMap;
import java.util.Map;

/**
 * What was counted of one pool, since the start or within a time.
 *
 * @param decisions requests routed, by decision; those without any are left out
 * @param firstToken how long first tokens took
 */
public record PoolTotals(Map<Decision, Long> decisions, WaitCount firstToken) {

    static final PoolTotals NONE = new PoolTotals(Map.of(), WaitCount.NONE);

    public PoolTotals {
        decisions = Map.copyOf(decisions);
    }

    /** What came after {@code before}. */
    PoolTotals since(PoolTotals before) {
        Map<Decision, Long> more = new EnumMap<>(Decision.class);
        decisions.forEach((decision, count) -> {
            long came = count - before.decisions.getOrDefault(decision, 0L);
            if (came > 0) {
                more.put(decision, came);
            }
        });
        return new PoolTotals(more, firstToken.since(before.firstToken));
    }

    /** Requests routed, those included that found no backend. */
    public long requests() {
        return decisions.values().stream().mapToLong(Long::longValue).sum();
    }
}
