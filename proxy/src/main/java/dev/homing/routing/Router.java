// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.Comparator;
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
     * @param triedSlots backends that this request has failed on already
     */
    public static @Nullable Backend place(Pool pool, SessionKey key, PendingTokens pending, Set<Integer> triedSlots) {
        List<Backend> eligible = pool.eligible();
        long session = Mix64.mix(key.hash());
        Backend least = pool.rules().loadAware() ? leastLoaded(eligible, pending, triedSlots) : null;
        double limit = least == null
                ? Double.MAX_VALUE
                : load(least, pending) + pool.rules().slackTokens();
        Backend best = null;
        double bestScore = 0;
        for (int i = 0; i < eligible.size(); i++) {
            Backend backend = eligible.get(i);
            if (isOut(backend, triedSlots) || (least != null && load(backend, pending) > limit)) {
                continue;
            }
            double score = score(session, backend);
            if (best == null || wins(backend, score, best, bestScore)) {
                best = backend;
                bestScore = score;
            }
        }
        return best == null ? least : best; // load that grew between the two looks may have shut everyone out
    }

    /** All backends of the pool, whatever their state, in the order in which the session prefers them. */
    public static List<Scored> order(Pool pool, SessionKey key) {
        long session = Mix64.mix(key.hash());
        return pool.backends().stream()
                .map(backend -> new Scored(backend, score(session, backend)))
                .sorted(Comparator.comparingDouble(Scored::score)
                        .reversed()
                        .thenComparing(scored -> scored.backend().id()))
                .toList();
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
     * Weighted rendezvous: {@code -w / ln(u)}, u uniform in (0,1), is highest for a backend with the probability of its share of the weights.
     * By {@code StrictMath}, since {@code Math.log} may differ in the last bit from one JVM to the next.
     */
    private static double score(long session, Backend backend) {
        long bits = Mix64.mix(session ^ backend.idHash()) >>> 12;
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
