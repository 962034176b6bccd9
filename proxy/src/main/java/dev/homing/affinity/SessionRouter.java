// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.Pool;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Decides where each request goes: to the backend that its session is pinned to, else by {@link Router}, and remembers it. Any event loop may
 * call it; a session that stays where it is takes no lock.
 */
public final class SessionRouter {

    private final SessionTable table;
    private final Router.PendingTokens pending;

    /** By the pool's index, so that a reload does not start the turns over. */
    private final ConcurrentHashMap<Integer, Turns> turns = new ConcurrentHashMap<>();

    public SessionRouter(SessionTable table, Router.PendingTokens pending) {
        this.table = table;
        this.pending = pending;
    }

    /**
     * Where a request goes, and why.
     *
     * @param backend null when there is none to go to
     * @param pin what {@link #release} gives back; null without a session or without a backend
     * @param moved why this request bound its session to another backend; null when it did not
     */
    public record Routed(
            @Nullable Backend backend,
            Decision decision,
            @Nullable Pin pin,
            @Nullable MoveReason moved) {

        private static final Routed NOWHERE = new Routed(null, Decision.UNROUTABLE, null, null);
    }

    /** Two separate counts, so that moving sessions does not disturb the even spread of requests without one. */
    private record Turns(AtomicLong noSession, AtomicLong moves) {}

    /**
     * Decides for a request that has just come.
     *
     * @param key null = no session
     * @param idleTtlNanos how long the pin outlives the request, {@code > 0}
     */
    public Routed route(Pool pool, @Nullable SessionKey key, long idleTtlNanos) {
        if (key == null) {
            return withoutSession(Router.turn(pool, turns(pool).noSession().getAndIncrement(), Set.of()));
        }
        Pin pin = table.find(key);
        if (pin != null) {
            Backend home = pool.bySlot(pin.slot());
            if (home != null && home.keepsPinned() && table.enter(pin, idleTtlNanos)) {
                return new Routed(home, Decision.PINNED, pin, null);
            }
        }
        if (pool.eligible().isEmpty()) {
            return Routed.NOWHERE;
        }
        Choice choice = new Choice(pool, key, Set.of(), false);
        return choice.routed(table.bind(key, idleTtlNanos, choice), Decision.PINNED);
    }

    /**
     * Decides again for a request whose backend could not take it. If another request has moved the session meanwhile, it is followed; else the
     * session is bound elsewhere.
     *
     * @param failed the last decision; its pin is taken over and must not be released any more
     * @param triedSlots the backends that this request has failed on
     */
    public Routed reroute(Pool pool, @Nullable SessionKey key, Routed failed, Set<Integer> triedSlots) {
        Pin held = failed.pin();
        if (key == null || held == null) {
            return withoutSession(Router.turn(pool, turns(pool).moves().getAndIncrement(), triedSlots));
        }
        boolean first = failed.decision() == Decision.PLACED;
        Choice choice = new Choice(pool, key, triedSlots, first);
        Pin bound = table.bind(key, held.idleTtlNanos(), choice);
        table.release(held);
        return choice.routed(bound, first ? Decision.PLACED : Decision.REPINNED);
    }

    /** Gives back what the decision holds; exactly once a request, for its last decision. */
    public void release(Routed routed) {
        if (routed.pin() != null) {
            table.release(routed.pin());
        }
    }

    private static Routed withoutSession(@Nullable Backend backend) {
        return backend == null ? Routed.NOWHERE : new Routed(backend, Decision.NO_SESSION, null, null);
    }

    private Turns turns(Pool pool) {
        Turns known = turns.get(pool.index());
        return known != null
                ? known
                : turns.computeIfAbsent(pool.index(), i -> new Turns(new AtomicLong(), new AtomicLong()));
    }

    /** One session's choice, made while its entry of the table is locked. */
    private final class Choice implements IntUnaryOperator {

        private final Pool pool;
        private final SessionKey key;
        private final Set<Integer> triedSlots;
        private final boolean first;
        private @Nullable Backend backend;
        private @Nullable Decision decided;
        private @Nullable MoveReason moved;

        /**
         * @param first whether it is for a session's first request, which nobody has served yet
         */
        Choice(Pool pool, SessionKey key, Set<Integer> triedSlots, boolean first) {
            this.pool = pool;
            this.key = key;
            this.triedSlots = triedSlots;
            this.first = first;
        }

        @Override
        public int applyAsInt(int slot) {
            Backend current = slot == SessionTable.NONE ? null : pool.bySlot(slot);
            if (current != null && current.keepsPinned() && !triedSlots.contains(slot)) {
                backend = current;
                return slot;
            }
            boolean isNew = first || (slot == SessionTable.NONE && triedSlots.isEmpty());
            backend = isNew || pool.rules().replaceOnUnhealthy()
                    ? Router.place(pool, key, pending, triedSlots)
                    : Router.turn(pool, turns(pool).moves().getAndIncrement(), triedSlots);
            if (backend == null) {
                return SessionTable.NONE;
            }
            decided = isNew ? Decision.PLACED : Decision.REPINNED;
            moved = isNew ? null : reason(current);
            return backend.slot();
        }

        /** The result, where {@code followed} is what it is called when the session needed no choice. */
        Routed routed(@Nullable Pin pin, Decision followed) {
            if (pin == null) {
                return Routed.NOWHERE;
            }
            return new Routed(backend, decided == null ? followed : decided, pin, moved);
        }

        private MoveReason reason(@Nullable Backend left) {
            if (left == null) {
                return triedSlots.isEmpty()
                        ? MoveReason.OFF
                        : MoveReason.FAULT; // gone; or failed, and its pin forgotten
            }
            if (triedSlots.contains(left.slot())) {
                return MoveReason.FAULT;
            }
            return switch (left.state()) {
                case OFF -> MoveReason.OFF;
                case DRAINED -> MoveReason.DRAIN;
                case READY, DRAIN -> MoveReason.FAULT;
            };
        }
    }
}
