// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.Pool;
import dev.homing.routing.Router;
import dev.homing.routing.SessionKey;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Where one session is bound, chosen while its entry of the table is locked. Good for one choice. */
final class SessionChoice implements SessionTable.Choice {

    private final Occasion occasion;
    private final Pool pool;
    private final Set<Integer> triedSlots;
    private final boolean first;
    private final @Nullable Departure departure;
    private final Router.PendingTokens pending;
    private final Room room;
    private final LongSupplier turns;
    private @Nullable Backend backend;
    private @Nullable Decision decided;
    private @Nullable MoveReason moved;

    /**
     * @param first whether it is for a session's first request, which nobody has served yet
     * @param departure where it goes although its backend would keep it; null = nowhere
     * @param turns whose turn it is among sessions that have to move
     */
    SessionChoice(
            Occasion occasion,
            boolean first,
            @Nullable Departure departure,
            Router.PendingTokens pending,
            Room room,
            LongSupplier turns) {
        this.occasion = occasion;
        this.pool = occasion.pool();
        this.triedSlots = occasion.triedSlots();
        this.first = first;
        this.departure = departure;
        this.pending = pending;
        this.room = room;
        this.turns = turns;
    }

    @Override
    public int applyAsInt(int slot) {
        Backend current = slot == SessionTable.NONE ? null : pool.bySlot(slot);
        if (current != null && current.keepsPinned() && !triedSlots.contains(slot)) {
            return departure != null && departure.fromSlot() == slot
                    ? take(departure.to(), departure.decision(), departure.reason())
                    : take(current, null, null);
        }
        boolean isNew = first || (slot == SessionTable.NONE && triedSlots.isEmpty());
        Pin pin = occasion.pin();
        Backend back = isNew || pin == null || pin.slot() != slot ? null : pin.returning(pool);
        if (back != null && !triedSlots.contains(back.slot())) {
            return take(back, Decision.RETURNED, MoveReason.RETURNED);
        }
        Backend next = isNew || pool.rules().replaceOnUnhealthy() ? placed() : turn();
        return isNew ? take(next, Decision.PLACED, null) : take(next, Decision.REPINNED, reason(current));
    }

    /** The rule that proxies which share nothing agree by is not bent; room has a say only where load has one anyway. */
    private @Nullable Backend placed() {
        return pool.rules().loadAware()
                ? room.preferred(pool, triedSlots, out -> Router.place(pool, occasion.home(), pending, out))
                : Router.place(pool, occasion.home(), pending, triedSlots);
    }

    private @Nullable Backend turn() {
        long ticket = turns.getAsLong();
        return room.preferred(pool, triedSlots, out -> Router.turn(pool, ticket, out));
    }

    private int take(@Nullable Backend to, @Nullable Decision decision, @Nullable MoveReason reason) {
        if (to == null) {
            return SessionTable.NONE;
        }
        backend = to;
        decided = decision;
        moved = reason;
        return to.slot();
    }

    @Override
    public void bound(Pin pin) {
        if (backend == null) {
            return;
        }
        if (decided == Decision.PLACED || decided == Decision.RELIEVED) {
            pin.begin(backend);
        } else {
            pin.serve(backend);
        }
    }

    /** Whether the session is bound by it where it was not. */
    boolean binds() {
        return decided != null;
    }

    /** Whether nobody had served the session before, as far as this proxy knows. */
    boolean places() {
        return decided == Decision.PLACED;
    }

    /** The result, where {@code followed} is what it is called when the session needed no choice. */
    SessionRouter.Routed routed(@Nullable Pin pin, Decision followed) {
        if (pin == null) {
            return SessionRouter.Routed.NOWHERE;
        }
        return new SessionRouter.Routed(backend, decided == null ? followed : decided, pin, moved);
    }

    /** The result, where nothing comes of it. */
    SessionRouter.Routed foreseen() {
        return backend == null || decided == null
                ? SessionRouter.Routed.NOWHERE
                : new SessionRouter.Routed(backend, decided, null, moved);
    }

    private MoveReason reason(@Nullable Backend left) {
        if (left == null) {
            return triedSlots.isEmpty() ? MoveReason.OFF : MoveReason.FAULT; // gone; or failed, and its pin forgotten
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

    /** That a session shall leave a backend for another one, unless somebody else has moved it meanwhile. */
    record Departure(int fromSlot, Backend to, Decision decision, MoveReason reason) {}

    /**
     * What a choice is made for.
     *
     * @param home what the session's rendezvous order is computed from
     * @param pin as it was found, null = there was none
     */
    record Occasion(Pool pool, SessionKey home, @Nullable Pin pin, Set<Integer> triedSlots) {}
}
