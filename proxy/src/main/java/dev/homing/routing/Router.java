// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The routing rule: where a session belongs, and whose turn it is for what belongs nowhere. Pure: two proxies that see the same backends and
 * the same load decide alike, without a word to each other.
 */
public final class Router {

    /** 2 to the power of -52: what makes 52 random bits a fraction of one. */
    private static final double TO_FRACTION = 0x1p-52;

    /** Draws so close may have the same score, when it is rounded; others never have. */
    private static final long NEAR = 16;

    private Router() {}

    /** Estimated prompt tokens that a backend still has to read before it answers, by its slot; {@code >= 0}. */
    public interface PendingTokens {
        PendingTokens NONE = slot -> 0;

        long of(int slot);
    }

    /**
     * A backend and how much a session is drawn to it.
     *
     * @param score {@code > 0}; the highest one wins
     */
    public record Scored(Backend backend, double score) {}

    /**
     * Where a session that has no pin goes: to the backend with the best score, by {@code load_aware} to the best of those whose pending
     * prompt tokens are at most {@code slackTokens} above the least loaded one's, both divided by weight. Null when none is eligible.
     *
     * @param home what the scores are made of: the session's key, or by {@code home: prefix} the hash of its prompt's beginning
     * @param triedSlots backends that this request has failed on already
     */
    public static @Nullable Backend place(Pool pool, SessionKey home, PendingTokens pending, Set<Integer> triedSlots) {
        List<Backend> eligible = pool.eligible();
        long session = Mix64.mix(home.hash());
        Backend least = pool.rules().loadAware() ? leastLoaded(eligible, pending, triedSlots) : null;
        double limit = least == null
                ? Double.MAX_VALUE
                : load(least, pending) + pool.rules().slackTokens();
        Backend best = null;
        long bestBits = 0;
        double bestScore = 0;
        for (int i = 0; i < eligible.size(); i++) {
            Backend backend = eligible.get(i);
            long bits = bits(session, backend);
            boolean beaten = best != null && bits < bestBits - NEAR && backend.weight() <= best.weight();
            if (beaten || isOut(backend, triedSlots) || (least != null && load(backend, pending) > limit)) {
                continue;
            }
            double score = score(bits, backend);
            if (best == null || wins(backend, score, best, bestScore)) {
                best = backend;
                bestBits = bits;
                bestScore = score;
            }
        }
        return best == null ? least : best; // load that grew between the two looks may have shut everyone out
    }

    /**
     * Where a session goes that is pinned to {@code from}, when that one is so far behind that reading the session's history anew elsewhere costs
     * less than the wait: to the least loaded backend, of several by the best score. Null when it stays, because the pending
     * tokens of {@code from} exceed those of the least loaded one, both divided by weight, by no more than {@code relief} times the whole prompt.
     *
     * <p>The slack of {@link #place} has no say here: a session that gives up its cache shall have the shortest wait for it.
     *
     * @param home as in {@link #place}
     * @param promptTokens of the session's whole prompt, {@code > 0}
     */
    public static @Nullable Backend relief(
            Pool pool, SessionKey home, Backend from, PendingTokens pending, long promptTokens) {
        double limit = load(from, pending) - pool.rules().relief() * promptTokens;
        if (limit <= 0) {
            return null; // nobody has less than nothing pending
        }
        List<Backend> eligible = pool.eligible();
        long session = Mix64.mix(home.hash());
        Backend best = null;
        double bestLoad = limit;
        double bestScore = 0;
        for (int i = 0; i < eligible.size(); i++) {
            Backend backend = eligible.get(i);
            double load = load(backend, pending);
            if (load >= limit || load > bestLoad) {
                continue;
            }
            double score = score(bits(session, backend), backend);
            if (best == null || load < bestLoad || wins(backend, score, best, bestScore)) {
                best = backend;
                bestLoad = load;
                bestScore = score;
            }
        }
        return best;
    }

    /** All backends of the pool, whatever their state, in the order in which the session prefers them. */
    public static List<Scored> order(Pool pool, SessionKey home) {
        long session = Mix64.mix(home.hash());
        return pool.backends().stream()
                .map(backend -> new Scored(backend, score(bits(session, backend), backend)))
                .sorted(Comparator.comparingDouble(Scored::score)
                        .reversed()
                        .thenComparing(scored -> scored.backend().id()))
                .toList();
    }

    /** What {@link #place} goes by, for somebody who wants to know why: its choice is the first that fits. */
    public static Ranking rank(Pool pool, SessionKey home, PendingTokens pending) {
        return Ranking.of(pool, order(pool, home), pending);
    }

    /**
     * The backend whose turn it is, in smooth weighted round robin over those that take new sessions; null when there is none.
     *
     * @param ticket consecutive numbers give an even spread; may wrap
     * @param triedSlots backends that have no turn now
     */
    public static @Nullable Backend turn(Pool pool, long ticket, Set<Integer> triedSlots) {
        return pool.roundRobin().at(ticket, triedSlots);
    }

    /**
     * The backend with the least pending prompt tokens for its weight, null when there is none. Those that have equally little, which is all of
     * them when nobody is busy, take turns as in {@link #turn}.
     */
    public static @Nullable Backend leastPending(
            Pool pool, long ticket, PendingTokens pending, Set<Integer> triedSlots) {
        List<Backend> eligible = pool.eligible();
        double least = Double.POSITIVE_INFINITY;
        Set<Integer> out = new HashSet<>(triedSlots);
        List<Integer> tied = new ArrayList<>(eligible.size());
        for (int i = 0; i < eligible.size(); i++) {
            Backend backend = eligible.get(i);
            if (isOut(backend, triedSlots)) {
                continue;
            }
            double load = load(backend, pending);
            if (load < least) {
                out.addAll(tied);
                tied.clear();
                least = load;
            }
            (load > least ? out : tied).add(backend.slot());
        }
        return pool.roundRobin().at(ticket, out);
    }

    /** What a session draws at a backend, 52 random bits: with the same weight or less nobody has a higher score by a lower draw. */
    private static long bits(long session, Backend backend) {
        return Mix64.mix(session ^ backend.idHash()) >>> 12;
    }

    /**
     * Weighted rendezvous: {@code -w / ln(u)}, u uniform in (0,1), is highest for a backend with the probability of its share of the weights.
     * By {@code StrictMath}, since {@code Math.log} may differ in the last bit from one JVM to the next.
     */
    private static double score(long bits, Backend backend) {
        double u = (bits + 0.5) * TO_FRACTION;
        return -backend.weight() / StrictMath.log(u);
    }

    /** Equal scores go by the id, so that the order of the list never matters. */
    private static boolean wins(Backend a, double scoreA, Backend b, double scoreB) {
        return scoreA > scoreB || (scoreA == scoreB && a.id().compareTo(b.id()) < 0);
    }

    private static @Nullable Backend leastLoaded(
            List<Backend> eligible, PendingTokens pending, Set<Integer> triedSlots) {
        Backend least = null;
        double leastLoad = 0;
        for (int i = 0; i < eligible.size(); i++) {
            Backend backend = eligible.get(i);
            if (isOut(backend, triedSlots)) {
                continue;
            }
            double load = load(backend, pending);
            if (least == null || load < leastLoad) {
                least = backend;
                leastLoad = load;
            }
        }
        return least;
    }

    private static double load(Backend backend, PendingTokens pending) {
        return pending.of(backend.slot()) / backend.weight();
    }

    private static boolean isOut(Backend backend, Set<Integer> triedSlots) {
        return !triedSlots.isEmpty() && triedSlots.contains(backend.slot());
    }
}
