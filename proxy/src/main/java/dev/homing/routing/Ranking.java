// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.List;

/**
 * How {@link Router#place} sees the backends of a pool for one session at one moment: all of them, best score first, and what speaks against each.
 *
 * @param order every backend once
 * @param leastLoad pending prompt tokens over the weight of the least loaded one that takes new sessions; 0 when none does
 */
public record Ranking(List<Rank> order, double leastLoad) {

    public Ranking {
        order = List.copyOf(order);
    }

    /** What placement makes of a backend. */
    public enum Fitness {
        /** It may be chosen: the first of these is. */
        FITS,
        /** It takes no new session. */
        OUT,
        /** By {@code load_aware}: its load is further above the least than the slack allows. */
        BUSY
    }

    /**
     * One backend.
     *
     * @param score {@code > 0}
     * @param pendingTokens as estimated, {@code >= 0}
     */
    public record Rank(Backend backend, double score, long pendingTokens, Fitness fitness) {}

    /** With each backend's pending tokens read once, so that what is told of them goes together. */
    static Ranking of(Pool pool, List<Router.Scored> scored, Router.PendingTokens pending) {
        List<Weighed> weighed = scored.stream()
                .map(one -> new Weighed(one, pending.of(one.backend().slot())))
                .toList();
        double least = weighed.stream()
                .filter(one -> one.scored.backend().takesNew())
                .mapToDouble(Weighed::load)
                .min()
                .orElse(0);
        double limit = pool.rules().loadAware() ? least + pool.rules().slackTokens() : Double.MAX_VALUE;
        return new Ranking(weighed.stream().map(one -> one.rank(limit)).toList(), least);
    }

    private record Weighed(Router.Scored scored, long pendingTokens) {

        double load() {
            return pendingTokens / scored.backend().weight();
        }

        Rank rank(double limit) {
            Fitness fitness = !scored.backend().takesNew() ? Fitness.OUT : load() > limit ? Fitness.BUSY : Fitness.FITS;
            return new Rank(scored.backend(), scored.score(), pendingTokens, fitness);
        }
    }
}
