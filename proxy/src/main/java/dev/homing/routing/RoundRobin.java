// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The smooth weighted round robin of some backends: a cyclic order in which each one's turns are spread out as evenly as they can be. After
 * any number of turns from its start each backend has had its share to less than one turn, which is Tijdeman's bound for the "chairman assignment
 * problem" (Discrete Mathematics 32, 1980); nginx's better-known greedy rule has no such bound.
 */
final class RoundRobin {

    private final Backend[] turns;

    private RoundRobin(Backend[] turns) {
        this.turns = turns;
    }

    static RoundRobin of(List<Backend> backends) {
        int[] units =
                Weights.units(backends.stream().mapToDouble(Backend::weight).toArray());
        return new RoundRobin(order(backends, units));
    }

    /** The number of turns after which the order repeats. */
    int length() {
        return turns.length;
    }

    /** Whose turn it is, null when there is nobody. */
    @Nullable Backend at(long ticket) {
        return turns.length == 0 ? null : turns[(int) Long.remainderUnsigned(ticket, turns.length)];
    }

    /**
     * Whose turn it is when those in {@code out} have none, null when nobody is left. Their turns are taken out of the order, not handed to
     * whoever comes next, which would pile them up on one neighbour.
     */
    @Nullable Backend at(long ticket, Set<Integer> out) {
        if (out.isEmpty()) {
            return at(ticket);
        }
        int left = 0;
        for (Backend backend : turns) {
            left += out.contains(backend.slot()) ? 0 : 1;
        }
        if (left == 0) {
            return null;
        }
        int skip = (int) Long.remainderUnsigned(ticket, left);
        int i = 0;
        while (out.contains(turns[i].slot()) || skip-- > 0) {
            i++;
        }
        return turns[i];
    }

    /**
     * Tijdeman's order: of the backends that lag behind their share by at least {@code 1/(2n-2)} turns, the one that would soonest run
     * {@code 1 - 1/(2n-2)} behind. In whole numbers, all times {@code (2n-2)}.
     */
    private static Backend[] order(List<Backend> backends, int[] units) {
        int n = units.length;
        int total = 0;
        for (int unit : units) {
            total += unit;
        }
        Backend[] order = new Backend[total];
        long scale = Math.max(1, 2L * n - 2);
        long[] had = new long[n];
        for (int turn = 1; turn <= total; turn++) {
            int next = -1;
            long soonest = Long.MAX_VALUE;
            for (int i = 0; i < n; i++) {
                long lag = turn * (long) units[i] - had[i] * total;
                long deadline = -Math.floorDiv(-((had[i] + 1) * scale - 1) * total, scale * units[i]);
                if (lag * scale >= total && deadline < soonest) {
                    next = i;
                    soonest = deadline;
                }
            }
            order[turn - 1] = backends.get(next);
            had[next]++;
        }
        return order;
    }
}
