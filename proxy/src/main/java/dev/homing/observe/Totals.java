// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.util.HashMap;
import java.util.Map;

/**
 * All that was counted of pools and backends up to one moment, or between two.
 *
 * @param pools by name
 * @param tokens of each backend
 */
public record Totals(Map<String, PoolTotals> pools, Map<Member, TokenCount> tokens) {

    /** Of a process that has just started. */
    public static final Totals NONE = new Totals(Map.of(), Map.of());

    public Totals {
        pools = Map.copyOf(pools);
        tokens = Map.copyOf(tokens);
    }

    /** A backend, by the names that outlive a reload. */
    public record Member(String pool, String id) {}

    /** What came after {@code before}. */
    Totals since(Totals before) {
        Map<String, PoolTotals> morePools = new HashMap<>();
        pools.forEach((name, now) -> morePools.put(name, now.since(before.pool(name))));
        Map<Member, TokenCount> moreTokens = new HashMap<>();
        tokens.forEach((member, now) -> moreTokens.put(member, now.since(before.tokens(member))));
        return new Totals(morePools, moreTokens);
    }

    /** Of a pool; of one that nobody knows, nothing. */
    public PoolTotals pool(String name) {
        return pools.getOrDefault(name, PoolTotals.NONE);
    }

    /** Of a backend; of one that nobody knows, nothing. */
    public TokenCount tokens(Member member) {
        return tokens.getOrDefault(member, TokenCount.NONE);
    }

    /** Of all backends that a pool has or had. */
    public TokenCount tokens(String pool) {
        TokenCount sum = TokenCount.NONE;
        for (Map.Entry<Member, TokenCount> one : tokens.entrySet()) {
            if (one.getKey().pool().equals(pool)) {
                sum = sum.plus(one.getValue());
            }
        }
        return sum;
    }
}
