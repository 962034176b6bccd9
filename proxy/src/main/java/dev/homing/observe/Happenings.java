// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.routing.Backend;
import dev.homing.routing.MoveReason;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import java.time.Instant;
import java.util.List;
import java.util.function.LongSupplier;

/** The last moves of sessions and the last changes of backends, for people who ask what just happened. Any thread. */
public final class Happenings implements ProxyObserver {

    /** As many as a person reads; a replica that dies moves thousands of sessions. */
    static final int KEPT = 50;

    private final Recent<Move> moves = new Recent<>(KEPT);
    private final Recent<Change> changes = new Recent<>(KEPT);
    private final LongSupplier epochMillis;

    /** @param epochMillis the wall clock */
    public Happenings(LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
    }

    /**
     * A session was bound to another backend than before.
     *
     * @param session its hash, 16 hex digits
     * @param to the id of that other backend
     */
    public record Move(Instant at, String pool, String session, String to, MoveReason reason) {}

    /**
     * A backend came to stand differently.
     *
     * @param cause from a closed set, such as {@code probe}
     * @param why in a few words, such as {@code probe: connection refused}
     */
    public record Change(Instant at, String pool, String backend, Transition to, String cause, String why) {}

    @Override
    public void sessionMoved(Pool pool, SessionKey session, Backend to, MoveReason reason) {
        moves.add(new Move(now(), pool.name(), session.hex(), to.id(), reason));
    }

    /** A backend changed; {@code why} is for people. */
    public void transition(String pool, String backend, Transition to, String cause, String why) {
        changes.add(new Change(now(), pool, backend, to, cause, why));
    }

    /** The newest first, at most {@value #KEPT}. */
    public List<Move> moves() {
        return moves.list();
    }

    /** The newest first, at most {@value #KEPT}. */
    public List<Change> changes() {
        return changes.list();
    }

    private Instant now() {
        return Instant.ofEpochMilli(epochMillis.getAsLong());
    }
}
