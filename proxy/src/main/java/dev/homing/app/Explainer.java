// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.admin.Explanation;
import dev.homing.affinity.Pin;
import dev.homing.affinity.SessionRouter;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.affinity.SessionTable;
import dev.homing.affinity.Suspicion;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.Ranking;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says where a session's next request would go and why: asks the very classes that will decide, and puts their answers into words. Any thread. */
final class Explainer {

    private final SessionTable table;
    private final SessionRouter router;
    private final Router.PendingTokens pending;

    Explainer(SessionTable table, SessionRouter router, Router.PendingTokens pending) {
        this.table = table;
        this.router = router;
        this.pending = pending;
    }

    Explanation explain(Pool pool, SessionKey key) {
        PlacementRules rules = pool.rules();
        Ranking ranking = Router.rank(pool, key, pending);
        Pin pin = table.peek(key);
        Backend pinned = pin == null ? null : pool.bySlot(pin.slot());
        Routed routed = router.preview(pool, key);
        return new Explanation(
                new Explanation.Session(pool.name(), key.hex(), pinned == null ? null : pinned.id(), suspect(pin)),
                new Explanation.Verdict(
                        routed.decision(),
                        routed.backend() == null ? null : routed.backend().id(),
                        why(routed, pool, pinned, ranking)),
                new Explanation.Load(
                        rules.loadAware() ? "load_aware" : "rendezvous",
                        rules.loadAware() ? rules.slackTokens() : null,
                        ranking.leastLoad()),
                ranking.order().stream()
                        .map(rank -> candidate(rank, rules, ranking.leastLoad()))
                        .toList());
    }

    private static Explanation.Candidate candidate(Ranking.Rank rank, PlacementRules rules, double least) {
        Backend backend = rank.backend();
        return new Explanation.Candidate(
                backend.id(),
                rank.score(),
                new Explanation.Condition(backend.weight(), shown(backend.state()), backend.healthy()),
                rank.pendingTokens(),
                switch (rank.fitness()) {
                    case FITS -> null;
                    case OUT -> out(backend);
                    case BUSY ->
                        String.format(
                                Locale.ROOT,
                                "%.0f prompt tokens pending by its weight, %d more than the least loaded one's %.0f are accepted",
                                rank.pendingTokens() / backend.weight(),
                                rules.slackTokens(),
                                least);
                });
    }

    private static String why(Routed routed, Pool pool, @Nullable Backend pinned, Ranking ranking) {
        return switch (routed.decision()) {
            case PINNED -> "the session is bound to it";
            case PLACED -> "the session is new: " + placed(ranking);
            case REPINNED ->
                gone(pinned) + ": "
                        + (pool.rules().replaceOnUnhealthy() ? placed(ranking) : "the next in round-robin turn");
            case RETURNED -> "it is the session's first backend, and its engine was not started anew since";
            case SPILLED -> gone(pinned) + ", but its pool is coming back: elsewhere until then, the pin stays";
            case RELIEVED ->
                "its backend's pending prompt tokens exceed the least loaded one's by more than relief times its prompt";
            case NO_SESSION, UNROUTABLE -> "no backend of the pool is healthy and ready";
        };
    }

    private static @Nullable String suspect(@Nullable Pin pin) {
        Suspicion suspicion = pin == null ? null : pin.suspicion();
        if (suspicion == null) {
            return null;
        }
        String sign = !suspicion.sideBySide()
                ? "its prompts shrink"
                : suspicion.shrinking() ? "its prompts shrink and run side by side" : "its prompts run side by side";
        return "two conversations seem to go by this id: " + sign;
    }

    private static String placed(Ranking ranking) {
        long passedOver = ranking.order().stream()
                .takeWhile(rank -> rank.fitness() != Ranking.Fitness.FITS)
                .count();
        return passedOver == 0
                ? "the best score"
                : "the best score but for " + passedOver + " that " + (passedOver == 1 ? "is" : "are") + " passed over";
    }

    private static String gone(@Nullable Backend pinned) {
        return pinned == null ? "its backend is not configured any more" : "its backend is " + out(pinned);
    }

    /** Why it takes no new session. */
    private static String out(Backend backend) {
        return backend.state() != BackendState.READY
                ? shown(backend.state()).name().toLowerCase(Locale.ROOT)
                : "down";
    }

    /** In the words that operators use. */
    static BackendState shown(BackendState state) {
        return state == BackendState.DRAINED ? BackendState.OFF : state;
    }
}
