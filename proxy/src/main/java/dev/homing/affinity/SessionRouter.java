// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.Pool;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides where each request goes: to the backend that its session is pinned to, else by {@link Router}, and remembers it. Any event loop may
 * call it; a session that stays where it is takes no lock.
 */
public final class SessionRouter {

    private final SessionTable table;
    private final Router.PendingTokens pending;
    private final Room room;
    private final @Nullable Fleet fleet;

    /** By the pool's index, so that a reload does not start the turns over. */
    private final ConcurrentHashMap<Integer, Turns> turns = new ConcurrentHashMap<>();

    /** Over backends that always have room. */
    public SessionRouter(SessionTable table, Router.PendingTokens pending) {
        this(table, pending, Room.PLENTY);
    }

    public SessionRouter(SessionTable table, Router.PendingTokens pending, Room room) {
        this(table, pending, room, null);
    }

    /** @param fleet has a say in where sessions are bound; null for a proxy alone */
    public SessionRouter(SessionTable table, Router.PendingTokens pending, Room room, @Nullable Fleet fleet) {
        this.table = table;
        this.pending = pending;
        this.room = room;
        this.fleet = fleet;
    }

    /**
     * Where a request goes, and why.
     *
     * @param backend null when there is none to go to
     * @param pin what {@link #release} gives back; null without a session or without a backend
     * @param moved why this request bound its session to another backend; null when it did not
     * @param awaited what the fleet says to it, before which it is not known where the request goes; then {@link #heard} tells. Null when it is known
     */
    public record Routed(
            @Nullable Backend backend,
            Decision decision,
            @Nullable Pin pin,
            @Nullable MoveReason moved,
            @Nullable FleetWord awaited) {

        static final Routed NOWHERE = new Routed(null, Decision.UNROUTABLE, null, null);

        public Routed(@Nullable Backend backend, Decision decision, @Nullable Pin pin, @Nullable MoveReason moved) {
            this(backend, decision, pin, moved, null);
        }

        private Routed awaiting(@Nullable FleetWord word) {
            return word == null || backend == null ? this : new Routed(backend, decision, pin, moved, word);
        }
    }

    /** Two separate counts, so that moving sessions does not disturb the even spread of requests without one. */
    private record Turns(AtomicLong noSession, AtomicLong moves) {}

    /** Decides for a request that has just come. */
    public Routed route(Pool pool, Arrival arrival) {
        SessionKey key = arrival.key();
        if (key == null) {
            return withoutSession(next(pool, turns(pool).noSession(), Set.of()));
        }
        Pin pin = table.find(key);
        SessionChoice.Departure departure = pin == null ? null : departure(pool, arrival, pin);
        if (pin != null && departure == null) {
            Routed settled = settled(pool, arrival, pin);
            if (settled != null && table.enter(pin, arrival.idleTtlNanos())) {
                pin.serve(Objects.requireNonNull(settled.backend()));
                if (fleet != null) {
                    fleet.used(pin);
                    return settled.decision() == Decision.PINNED ? settled.awaiting(pin.awaited()) : settled;
                }
                return settled;
            }
        }
        if (pool.eligible().isEmpty()) {
            return Routed.NOWHERE;
        }
        SessionChoice choice =
                choice(new SessionChoice.Occasion(pool, arrival.homeOr(key), pin, Set.of()), false, departure);
        return bind(key, arrival.idleTtlNanos(), choice, Decision.PINNED);
    }

    /**
     * What has become of a decision now that the fleet has said its word, or has said nothing in time.
     *
     * @param decided what was awaited; its pin is taken over and must not be released any more
     * @param triedSlots the backends that this request has failed on
     */
    public Routed heard(Pool pool, Arrival arrival, Routed decided, Set<Integer> triedSlots) {
        Pin pin = decided.pin();
        Backend meant = decided.backend();
        FleetWord word = decided.awaited();
        if (pin == null || meant == null || word == null) {
            return decided;
        }
        Backend bound = pool.bySlot(pin.slot());
        if (pin.slot() == meant.slot()) {
            return decided.decision() == Decision.PLACED && word.known()
                    ? followed(meant, pin)
                    : new Routed(meant, decided.decision(), pin, decided.moved());
        }
        if (bound != null && bound.keepsPinned() && !triedSlots.contains(bound.slot())) {
            pin.serve(bound);
            return followed(bound, pin);
        }
        return reroute(pool, arrival, followed(meant, pin), triedSlots);
    }

    private static Routed followed(Backend backend, Pin pin) {
        return pin.followed(backend);
    }

    /** What {@link #route} would decide at this moment for a session of which no more is known than its key. Nothing is bound, counted or held. */
    public Routed preview(Pool pool, SessionKey key) {
        Pin pin = table.peek(key);
        Arrival arrival = Arrival.of(key, 1);
        SessionChoice.Departure departure = pin == null ? null : departure(pool, arrival, pin);
        Routed settled = pin == null || departure != null ? null : settled(pool, arrival, pin);
        if (settled != null) {
            return new Routed(settled.backend(), settled.decision(), null, null);
        }
        AtomicLong moves = turns(pool).moves();
        SessionChoice choice = new SessionChoice(
                new SessionChoice.Occasion(pool, key, pin, Set.of()), false, departure, pending, room, moves::get);
        choice.applyAsInt(pin == null ? SessionTable.NONE : pin.slot());
        return choice.foreseen();
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
            return withoutSession(next(pool, turns(pool).moves(), triedSlots));
        }
        Decision followed = switch (failed.decision()) {
            case PLACED -> Decision.PLACED;
            case SPILLED -> Decision.PINNED;
            default -> Decision.REPINNED;
        };
        boolean first = followed == Decision.PLACED;
        if (pool.recovering() && !first) {
            Routed guest = guest(pool, arrival, held, triedSlots);
            if (guest.backend() == null) {
                table.release(held);
                return Routed.NOWHERE;
            }
            return guest;
        }
        SessionChoice choice =
                choice(new SessionChoice.Occasion(pool, arrival.homeOr(key), held, triedSlots), first, null);
        Routed next = bind(key, held.idleTtlNanos(), choice, followed);
        table.release(held);
        return next;
    }

    /**
     * Where a request goes for once whose session's backend is full: where the session would be placed among those that have room. So a session that
     * spills more than once goes to the same one, which has read some of its history by then. The session stays bound where it
     * is; nobody to go to when nobody has room.
     *
     * @param held the last decision; what it holds is taken over
     * @param triedSlots backends that will not do, the full one among them
     */
    public Routed spill(Pool pool, Arrival arrival, Routed held, Set<Integer> triedSlots) {
        SessionKey key = arrival.key();
        Backend other =
                key == null ? null : Router.place(pool, arrival.homeOr(key), pending, room.without(pool, triedSlots));
        return other == null ? Routed.NOWHERE : new Routed(other, Decision.SPILLED, held.pin(), null);
    }

    /** Gives back what the decision holds; exactly once a request, for its last decision. */
    public void release(Routed routed) {
        Pin pin = routed.pin();
        if (pin != null) {
            table.release(pin);
            if (fleet != null) {
                fleet.used(pin);
            }
        }
    }

    private Routed bind(SessionKey key, long idleTtlNanos, SessionChoice choice, Decision followed) {
        if (fleet == null) {
            return choice.routed(table.bind(key, idleTtlNanos, choice), followed);
        }
        FleetChoice asking = fleet.asking(choice);
        Pin bound = table.bind(key, idleTtlNanos, asking);
        return choice.routed(bound, followed).awaiting(asking.ask());
    }

    /** Where a session goes that nobody has to choose for: to its backend, or past it for once while its pool recovers. Else null. */
    private @Nullable Routed settled(Pool pool, Arrival arrival, Pin pin) {
        Backend current = pool.bySlot(pin.slot());
        if (current != null && current.keepsPinned()) {
            return pin.followed(current);
        }
        Routed guest =
                pool.recovering() && pin.returning(pool) == null ? guest(pool, arrival, pin, Set.of()) : Routed.NOWHERE;
        return guest.backend() == null ? null : guest;
    }

    /**
     * Where a session goes although its backend would keep it, null when it stays: back to its first one, or away from one that is too far behind. A
     * session that has requests under way stays. They would be split from those that follow, and what is pending may be its own:
     * many prompts at once, as of an agent's helpers, would else drive it from one backend to the next.
     */
    private SessionChoice.@Nullable Departure departure(Pool pool, Arrival arrival, Pin pin) {
        Backend current = pool.bySlot(pin.slot());
        if (current == null || !current.keepsPinned() || pin.running() > 0) {
            return null;
        }
        Backend first = pin.returning(pool);
        if (first != null && room.isIn(pool, first)) {
            return new SessionChoice.Departure(current.slot(), first, Decision.RETURNED, MoveReason.RETURNED);
        }
        if (pool.rules().relief() == 0) {
            return null;
        }
        PromptSize prompt = arrival.prompt();
        long tokens = prompt.bytes() > 0 ? prompt.tokens() : prompt.tokens(LastPrompt.bytes(pin.lastPrompt()));
        Backend to = tokens <= 0 ? null : Router.relief(pool, arrival.homeOr(pin.key()), current, pending, tokens);
        return to == null || !room.isIn(pool, to)
                ? null
                : new SessionChoice.Departure(current.slot(), to, Decision.RELIEVED, MoveReason.LOAD);
    }

    /** One request elsewhere, while the backend of its session is expected back: the pin stays. */
    private Routed guest(Pool pool, Arrival arrival, Pin pin, Set<Integer> triedSlots) {
        Backend host = Router.place(pool, arrival.homeOr(pin.key()), pending, triedSlots);
        return host == null ? Routed.NOWHERE : new Routed(host, Decision.SPILLED, pin, null);
    }

    /** Whose turn it is among requests without a session. */
    private @Nullable Backend next(Pool pool, AtomicLong tickets, Set<Integer> triedSlots) {
        long ticket = tickets.getAndIncrement();
        return room.preferred(
                pool,
                triedSlots,
                out -> pool.rules().leastPending()
                        ? Router.leastPending(pool, ticket, pending, out)
                        : Router.turn(pool, ticket, out));
    }

    private static Routed withoutSession(@Nullable Backend backend) {
        return backend == null ? Routed.NOWHERE : new Routed(backend, Decision.NO_SESSION, null, null);
    }

    private SessionChoice choice(
            SessionChoice.Occasion occasion, boolean first, SessionChoice.@Nullable Departure departure) {
        AtomicLong moves = turns(occasion.pool()).moves();
        return new SessionChoice(occasion, first, departure, pending, room, moves::getAndIncrement);
    }

    private Turns turns(Pool pool) {
        Turns known = turns.get(pool.index());
        return known != null
                ? known
                : turns.computeIfAbsent(pool.index(), i -> new Turns(new AtomicLong(), new AtomicLong()));
    }
}
