// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.affinity.Arrival;
import dev.homing.affinity.SessionKeyExtractor.Match;
import dev.homing.affinity.SessionRouter;
import dev.homing.exchange.Generation.PoolSetup;
import dev.homing.look.BodyKey;
import dev.homing.look.ClaudeUserId;
import dev.homing.look.Look;
import dev.homing.look.Prompt;
import dev.homing.look.Wanted;
import dev.homing.routing.Pool;
import dev.homing.routing.RouteMatcher;
import dev.homing.routing.SessionKey;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What decides where a request goes, as far as it is known: which pool it belongs to and whose session it is, or why it is refused.
 *
 * @param match null when the request names no session
 * @param home what a new session's order of backends is computed from; null = its own key
 */
record Reception(
        Pool pool,
        PoolSetup setup,
        @Nullable Match match,
        @Nullable SessionKey home) {

    /** What is told as the source of a key when there is none. */
    private static final String NO_KEY = "none";

    /** What is told as the source of a key that the beginning of a prompt makes. */
    private static final String PREFIX = "prefix";

    /** What the head of a request comes to. */
    sealed interface Outcome {

        record Received(Reception reception) implements Outcome {}

        record Refused(ProxyError error) implements Outcome {}

        /** It takes the body's model to tell. */
        record ByModel() implements Outcome {}

        /** It asks for the models of several pools, each of which answers for itself. */
        record ModelsOf(List<Reception> pools) implements Outcome {}
    }

    static Outcome of(RequestHead head, Generation generation, String via) {
        String path = head.path();
        if (head.passed(via)) {
            return refused(ProxyError.loop());
        }
        if (new DenyPaths(generation.config().edge().denyPaths()).covers(path)) {
            return refused(ProxyError.notFound(path));
        }
        if (ModelListing.isAskedFor(head)) {
            return models(head, generation);
        }
        int index = generation
                .table()
                .routes()
                .match(head.host(), path, head.request().headers()::get);
        if (index == RouteMatcher.BY_MODEL) {
            boolean told =
                    head.tellsJson() && generation.config().defaults().limits().peek() > 0;
            return told ? new Outcome.ByModel() : byModel(head, generation, null);
        }
        return at(index, head, generation);
    }

    /**
     * The same once it is known which model the body asks for.
     *
     * @param model null = none
     */
    static Outcome byModel(RequestHead head, Generation generation, @Nullable String model) {
        return at(
                generation
                        .table()
                        .routes()
                        .match(head.host(), head.path(), head.request().headers()::get, model),
                head,
                generation);
    }

    /** For one pool it is a request like any other. For several it is part of no session, since sessions are a pool's own. */
    private static Outcome models(RequestHead head, Generation generation) {
        List<Integer> pools = generation
                .table()
                .routes()
                .reachable(head.host(), ModelListing.PATH, head.request().headers()::get);
        if (pools.size() > 1) {
            return new Outcome.ModelsOf(pools.stream()
                    .map(index -> new Reception(
                            generation.table().pools().get(index),
                            generation.pools().get(index),
                            null,
                            null))
                    .toList());
        }
        return at(pools.isEmpty() ? RouteMatcher.NONE : pools.get(0), head, generation);
    }

    private static Outcome at(int index, RequestHead head, Generation generation) {
        if (index == RouteMatcher.NONE) {
            return refused(ProxyError.notFound(head.path()));
        }
        PoolSetup setup = generation.pools().get(index);
        long limit = setup.settings().limits().body();
        if (head.contentLength() > limit) {
            return refused(ProxyError.bodyTooLarge(limit));
        }
        Pool pool = generation.table().pools().get(index);
        Match match = setup.keys().find(head.request().headers());
        return new Outcome.Received(new Reception(pool, setup, match, null));
    }

    /** What the body has to tell before the request is routed; null when nothing, which is always so when only headers name sessions. */
    @Nullable Wanted wanted(RequestHead head, SessionRouter router) {
        LookPlan plan = setup.look();
        if (plan == null || !head.tellsJson() || setup.settings().limits().peek() == 0) {
            return null;
        }
        boolean placed = match != null && plan.home() && router.isPinned(pool, match.key());
        return plan.wanted(match != null, placed, head.path());
    }

    /** The same with what the body told. */
    Reception found(Look look, RequestHead head) {
        Prompt prompt = look.prompt();
        SessionKey opening =
                prompt == null || prompt.opening() == null ? null : setup.keys().home(prompt.opening());
        return new Reception(pool, setup, match != null ? match : match(look.key(), prompt, head), opening);
    }

    private @Nullable Match match(@Nullable BodyKey key, @Nullable Prompt prompt, RequestHead head) {
        HttpHeaders headers = head.request().headers();
        if (key != null) {
            String value = key.path().equals(ClaudeUserId.PATH) ? ClaudeUserId.session(key.value()) : key.value();
            return setup.keys().named("body:" + key.path(), value, headers);
        }
        return prompt == null || prompt.identity() == null
                ? null
                : setup.keys().named(PREFIX, prompt.identity(), headers);
    }

    /** The request as the router sees it. */
    Arrival arrival() {
        Arrival arrival = Arrival.of(
                match == null ? null : match.key(),
                setup.settings().affinity().stickiness().idleTtl().toNanos());
        return home == null ? arrival : arrival.withHome(home);
    }

    /** The same by another generation; null when the pool is gone. */
    @Nullable Reception by(Generation other) {
        List<Pool> pools = other.table().pools();
        for (int i = 0; i < pools.size(); i++) {
            if (pools.get(i).index() == pool.index()) {
                return new Reception(pools.get(i), other.pools().get(i), match, home);
            }
        }
        return null;
    }

    /** Whose it is, null when it names no session. */
    @Nullable SessionKey session() {
        return match == null ? null : match.key();
    }

    String keySource() {
        return match == null ? NO_KEY : match.source();
    }

    private static Outcome refused(ProxyError error) {
        return new Outcome.Refused(error);
    }
}
