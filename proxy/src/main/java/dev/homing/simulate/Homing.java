// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.affinity.Arrival;
import dev.homing.affinity.Claim;
import dev.homing.affinity.PendingWork;
import dev.homing.affinity.PromptSize;
import dev.homing.affinity.SessionRouter;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.affinity.SessionTable;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Mix64;
import dev.homing.routing.PlacementRules;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Homing itself: the classes that route real requests, on virtual time. */
final class Homing implements Dispatcher {

    private static final long IDLE_TTL = TimeUnit.HOURS.toNanos(1);
    private static final long MAX_SESSIONS = 1_000_000;

    private final Rules rules;
    private final LongSupplier clock;
    private final long[] pendingTokens;
    private final PendingWork work;
    private final List<Backend> backends = new ArrayList<>();
    private Pool pool;
    private SessionRouter router;

    /**
     * How calls are routed.
     *
     * @param session what a call's session is; null = none
     * @param home what a new session is placed by; null = by itself
     */
    record Rules(
            PlacementRules placement,
            Function<Call, @Nullable SessionKey> session,
            Function<Call, @Nullable SessionKey> home) {}

    /** Belongs to the router that decided: after a restart the calls that still run are none of the new one's. */
    private record Meant(SessionRouter by, Routed routed, Backend backend, Claim claim) implements Sent {

        @Override
        public int slot() {
            return backend.slot();
        }

        @Override
        public void answered() {
            claim.release();
        }

        @Override
        public void over() {
            claim.release();
            by.release(routed);
        }
    }

    /**
     * @param backends at the start
     * @param most backends that there may be at once
     */
    Homing(Rules rules, int backends, int most, LongSupplier clock) {
        this.rules = rules;
        this.clock = clock;
        this.pendingTokens = new long[most];
        this.work = new PendingWork((slot, tokens) -> pendingTokens[slot] += tokens);
        for (int slot = 0; slot < backends; slot++) {
            this.backends.add(backend(slot, true));
        }
        this.pool = pool();
        this.router = router();
    }

    @Override
    public Sent send(Call call) {
        Arrival arrival = arrival(call);
        return meant(call, router.route(pool, arrival));
    }

    @Override
    public Sent again(Call call, Sent lost) {
        Meant was = (Meant) lost;
        assert was.by() == router : "sent again after a restart (expected: one incident a replay)";
        was.claim().release();
        return meant(call, router.reroute(pool, arrival(call), was.routed(), Set.of(was.slot())));
    }

    @Override
    public void up(int slot, boolean up) {
        if (slot == backends.size()) {
            backends.add(backend(slot, up));
        } else {
            backends.set(slot, backend(slot, up));
        }
        pool = pool();
    }

    @Override
    public void restart() {
        router = router();
    }

    /** The prompt's beginning is looked at only when its session has to be placed, as the gateway does. */
    private Arrival arrival(Call call) {
        SessionKey key = rules.session().apply(call);
        SessionKey home =
                key == null || router.isPinned(pool, key) ? null : rules.home().apply(call);
        return new Arrival(key, home, size(call), IDLE_TTL);
    }

    private Meant meant(Call call, Routed routed) {
        return new Meant(router, routed, Objects.requireNonNull(routed.backend()), work.claim(routed, size(call)));
    }

    /** The trace tells tokens, so a byte is one. */
    private static PromptSize size(Call call) {
        return new PromptSize(call.promptTokens(), 1);
    }

    private Pool pool() {
        return new Pool(0, Workload.POOL, backends, rules.placement());
    }

    private SessionRouter router() {
        return new SessionRouter(new SessionTable(MAX_SESSIONS, clock), slot -> pendingTokens[slot]);
    }

    private static Backend backend(int slot, boolean healthy) {
        String id = "replica-" + slot;
        return new Backend(slot, id, Mix64.hashId(id), 1, BackendState.READY, healthy);
    }
}
