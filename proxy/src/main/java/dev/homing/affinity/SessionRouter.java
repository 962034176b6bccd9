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

    /** Decides for a request that has just come. */
    public Routed route(Pool pool, Arrival arrival) {
        SessionKey key = arrival.key();
        if (key == null) {
            return withoutSession(next(pool, turns(pool).noSession().getAndIncrement(), Set.of()));
        }
        Pin pin = table.find(key);
        Relief relief = null;
        if (pin != null) {
            Backend home = pool.bySlot(pin.slot());
            if (home != null && home.keepsPinned()) {
                relief = relief(pool, arrival, pin, home);
                if (relief == null && table.enter(pin, arrival.idleTtlNanos())) {
                    return new Routed(home, Decision.PINNED, pin, null);
                }
            }
        }
        if (pool.eligible().isEmpty()) {
            return Routed.NOWHERE;
        }
        Choice choice = new Choice(pool, arrival.homeOr(key), Set.of(), false, relief);
        return choice.routed(table.bind(key, arrival.idleTtlNanos(), choice), Decision.PINNED);
    }

    /**
     * Whether the session is bound to a backend that keeps it. If not, its next request is placed, so by {@code home: prefix} somebody has to look at
     * its prompt first.
     */
    public boolean isPinned(Pool pool, SessionKey key) {
        Pin pin = table.peek(key);
        Backend home = pin == null ? null : pool.bySlot(pin.slot());
        return home != null && home.keepsPinned();
    }

    /**
     * Decides again for a request whose backend could not take it. If another request has moved the session meanwhile, it is followed; else the
     * session is bound elsewhere.
     *
     * @param failed the last decision; its pin is taken over and must not be released any more
     * @param triedSlots the backends that this request has failed on
     */
    public Routed reroute(Pool pool, Arrival arrival, Routed failed, Set<Integer> triedSlots) {
        SessionKey key = arrival.key();
        Pin held = failed.pin();
        if (key == null || held == null) {
            return withoutSession(next(pool, turns(pool).moves().getAndIncrement(), triedSlots));
        }
        boolean first = failed.decision() == Decision.PLACED;
        Choice choice = new Choice(pool, arrival.homeOr(key), triedSlots, first, null);
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

    /**
     * Where a pinned session goes because its backend is too far behind; null when it stays. A session that has requests under way stays, because
     * what is pending there may be its own: many prompts at once, as of an agent's helpers, would else drive it from one
     * backend to the next.
     */
    private @Nullable Relief relief(Pool pool, Arrival arrival, Pin pin, Backend home) {
        if (pool.rules().relief() == 0 || pin.running() > 0) {
            return null;
        }
        PromptSize prompt = arrival.prompt();
        long tokens = prompt.bytes() > 0 ? prompt.tokens() : prompt.tokens(LastPrompt.bytes(pin.lastPrompt()));
        Backend to = tokens <= 0 ? null : Router.relief(pool, arrival.homeOr(pin.key()), home, pending, tokens);
        return to == null ? null : new Relief(home.slot(), to);
    }

    /** Whose turn it is among requests without a session. */
    private @Nullable Backend next(Pool pool, long ticket, Set<Integer> triedSlots) {
        return pool.rules().leastPending()
                ? Router.leastPending(pool, ticket, pending, triedSlots)
                : Router.turn(pool, ticket, triedSlots);
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

    /** That a session shall leave a backend for another one, unless somebody else has moved it meanwhile. */
    private record Relief(int fromSlot, Backend to) {}

    /** One session's choice, made while its entry of the table is locked. */
    private final class Choice implements IntUnaryOperator {

        private final Pool pool;
        private final SessionKey home;
        private final Set<Integer> triedSlots;
        private final boolean first;
        private final @Nullable Relief relief;
        private @Nullable Backend backend;
        private @Nullable Decision decided;
        private @Nullable MoveReason moved;

        /**
         * @param home what the session's rendezvous order is computed from
         * @param first whether it is for a session's first request, which nobody has served yet
         */
        Choice(Pool pool, SessionKey home, Set<Integer> triedSlots, boolean first, @Nullable Relief relief) {
            this.pool = pool;
            this.home = home;
            this.triedSlots = triedSlots;
            this.first = first;
            this.relief = relief;
        }

        @Override
        public int applyAsInt(int slot) {
            Backend current = slot == SessionTable.NONE ? null : pool.bySlot(slot);
            if (current != null && current.keepsPinned() && !triedSlots.contains(slot)) {
                return relief != null && relief.fromSlot() == slot ? relieve(relief.to()) : stay(current);
            }
            boolean isNew = first || (slot == SessionTable.NONE && triedSlots.isEmpty());
            backend = isNew || pool.rules().replaceOnUnhealthy()
                    ? Router.place(pool, home, pending, triedSlots)
                    : Router.turn(pool, turns(pool).moves().getAndIncrement(), triedSlots);
            if (backend == null) {
                return SessionTable.NONE;
            }
            decided = isNew ? Decision.PLACED : Decision.REPINNED;
            moved = isNew ? null : reason(current);
            return backend.slot();
        }

        private int stay(Backend current) {
            backend = current;
            return current.slot();
        }

        private int relieve(Backend to) {
            backend = to;
            decided = Decision.RELIEVED;
            moved = MoveReason.LOAD;
            return to.slot();
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
