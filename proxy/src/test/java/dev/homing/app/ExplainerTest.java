// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.admin.Explanation;
import dev.homing.affinity.Arrival;
import dev.homing.affinity.PendingWork;
import dev.homing.affinity.SessionRouter;
import dev.homing.affinity.SessionTable;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.Pools;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExplainerTest {

    private static final SessionKey KEY = Pools.session(1);

    private final long[] pending = new long[3];
    private final SessionTable table = new SessionTable(100, () -> 0);
    private final SessionRouter router = new SessionRouter(table, slot -> pending[slot]);
    private final Explainer explainer = new Explainer(table, router, slot -> pending[slot]);
    private final Pool pool = Pools.of(
            PlacementRules.loadAware(16_384).withReturnHome(), Pools.of(3).backends());
    private final int first = Router.order(pool, KEY).get(0).backend().slot();

    @Test
    void aNewSessionGoesToTheBestScore() {
        Explanation told = explainer.explain(pool, KEY);

        assertThat(told.session()).isEqualTo(new Explanation.Session("default", KEY.hex(), null, null));
        assertThat(told.verdict())
                .isEqualTo(
                        new Explanation.Verdict(Decision.PLACED, "gpu-" + first, "the session is new: the best score"));
        assertThat(told.load()).isEqualTo(new Explanation.Load("load_aware", 16_384L, 0));
        assertThat(told.order()).hasSize(3).allMatch(candidate -> candidate.passedOver() == null);
    }

    @Test
    void whoIsTooBusyIsPassedOverAndItsLoadSaysWhy() {
        java.util.Arrays.fill(pending, 1_000);
        pending[first] = 17_385;

        Explanation told = explainer.explain(pool, KEY);

        Explanation.Candidate busy = told.order().get(0);
        assertThat(busy.backend()).isEqualTo("gpu-" + first);
        assertThat(busy.pendingPromptTokens()).isEqualTo(17_385);
        assertThat(busy.passedOver())
                .isEqualTo(
                        "17385 prompt tokens pending by its weight, 16384 more than the least loaded one's 1000 are accepted");
        assertThat(told.load().leastPendingTokens()).isEqualTo(1_000);
        assertThat(told.verdict().backend()).isEqualTo(told.order().get(1).backend());
        assertThat(told.verdict().why()).isEqualTo("the session is new: the best score but for 1 that is passed over");
        pending[first] = 17_384;
        assertThat(explainer.explain(pool, KEY).verdict().backend()).isEqualTo("gpu-" + first);
    }

    @Test
    void whoIsOutIsPassedOverForThat() {
        Pool drained = Pools.with(pool, first, BackendState.DRAIN, true);
        Pool past = Pools.with(pool, first, BackendState.DRAINED, true);

        assertThat(explainer
                        .explain(Pools.failed(pool, first), KEY)
                        .order()
                        .get(0)
                        .passedOver())
                .isEqualTo("down");
        assertThat(explainer.explain(drained, KEY).order().get(0).passedOver()).isEqualTo("drain");
        assertThat(explainer.explain(past, KEY).order().get(0).passedOver()).isEqualTo("off");
        assertThat(explainer.explain(past, KEY).order().get(0).condition().state())
                .isEqualTo(BackendState.OFF);
    }

    @Test
    void aSessionIsFollowedThroughItsLife() {
        request(pool);
        assertThat(verdict(pool))
                .isEqualTo(new Explanation.Verdict(Decision.PINNED, "gpu-" + first, "the session is bound to it"));
        Pool without = Pools.failed(pool, first);
        Explanation.Verdict moving = verdict(without);
        assertThat(moving.decision()).isEqualTo(Decision.REPINNED);
        assertThat(moving.why()).isEqualTo("its backend is down: the next in round-robin turn");
        assertThat(verdict(Pools.without(pool, first)).why())
                .isEqualTo("its backend is not configured any more: the next in round-robin turn");
        assertThat(verdict(Pools.recovering(without)).why())
                .isEqualTo("its backend is down, but its pool is coming back: elsewhere until then, the pin stays");

        assertThat(request(without)).isEqualTo(moving.backend());
        assertThat(explainer.explain(pool, KEY).session().pin()).isEqualTo(moving.backend());
        assertThat(verdict(pool))
                .isEqualTo(new Explanation.Verdict(
                        Decision.RETURNED,
                        "gpu-" + first,
                        "it is the session's first backend, and its engine was not started anew since"));
    }

    @Test
    void withNobodyThereItGoesNowhere() {
        Pool nobody = Pools.failed(Pools.failed(Pools.failed(pool, 0), 1), 2);

        assertThat(verdict(nobody))
                .isEqualTo(new Explanation.Verdict(
                        Decision.UNROUTABLE, null, "no backend of the pool is healthy and ready"));
    }

    @Test
    void byRendezvousThereIsNoSlack() {
        Explanation told = explainer.explain(Pools.of(3), KEY);

        assertThat(told.load()).isEqualTo(new Explanation.Load("rendezvous", null, 0));
    }

    @Test
    void twoConversationsUnderOneIdAreToldOf() {
        PendingWork work = new PendingWork((slot, tokens) -> {});
        for (int bytes : new int[] {500, 200, 520, 220}) {
            assertThat(explainer.explain(pool, KEY).session().suspect()).isNull();
            SessionRouter.Routed routed = router.route(pool, Arrival.of(KEY, TimeUnit.HOURS.toNanos(1)));
            work.claim(routed, work.size(pool, bytes)).answered();
            router.release(routed);
        }

        assertThat(explainer.explain(pool, KEY).session().suspect())
                .isEqualTo("two conversations seem to go by this id: its prompts shrink");
    }

    private Explanation.Verdict verdict(Pool now) {
        return explainer.explain(now, KEY).verdict();
    }

    private String request(Pool now) {
        SessionRouter.Routed routed = router.route(now, Arrival.of(KEY, TimeUnit.HOURS.toNanos(1)));
        router.release(routed);
        return routed.backend().id();
    }
}
