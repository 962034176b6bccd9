// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.RoutingTable;
import dev.homing.routing.SessionKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sticky table as it was once: what {@link SnapshotWriter} wrote and {@link SnapshotReader} read back.
 *
 * @param epochMillis when it was written
 */
public record Snapshot(long epochMillis, List<Session> sessions) {

    public Snapshot {
        sessions = List.copyOf(sessions);
    }

    /**
     * A session of it.
     *
     * @param first the backend that it began on, null = not known any more
     * @param idleMillis how long it had been idle when it was written
     */
    record Session(
            SessionKey key, BackendName backend, @Nullable BackendName first, long idleTtlMillis, long idleMillis) {}

    /**
     * What became of a snapshot's sessions.
     *
     * @param restored bound again
     * @param expired idle for too long by now
     * @param homeless of backends that are not configured any more
     * @param surplus more than the table holds: those that were idle for longest
     */
    public record Restored(long restored, long expired, long homeless, long surplus) {}

    /**
     * Binds its sessions again, as far as their time has not run out since and their backends are still there. Sessions that are in the
     * table already stay as they are there.
     */
    public Restored restore(SessionTable table, RoutingTable backends, long nowEpochMillis) {
        Roster roster = new Roster(backends);
        long since = Math.max(0, nowEpochMillis - epochMillis); // a clock that was set back makes nobody younger
        long expired = 0;
        List<Session> alive = new ArrayList<>();
        for (Session session : sessions) {
            if (left(session, since) > 0) {
                alive.add(session);
            } else {
                expired++;
            }
        }
        int living = alive.size();
        alive.removeIf(session -> roster.slot(session.backend()) == SessionTable.NONE);
        int housed = alive.size();
        if (housed > table.maxSessions()) {
            alive.sort(Comparator.comparingLong(Session::idleMillis));
            alive = alive.subList(0, (int) table.maxSessions());
        }
        long restored = 0;
        for (Session session : alive) {
            restored += restore(session, table, roster, left(session, since)) ? 1 : 0;
        }
        return new Restored(restored, expired, living - housed, housed - alive.size());
    }

    private static boolean restore(Session session, SessionTable table, Roster roster, long leftMillis) {
        int slot = roster.slot(session.backend());
        int first = session.first() == null ? SessionTable.NONE : roster.slot(session.first());
        return table.restore(
                session.key(),
                slot,
                first == SessionTable.NONE ? slot : first,
                TimeUnit.MILLISECONDS.toNanos(session.idleTtlMillis()),
                TimeUnit.MILLISECONDS.toNanos(leftMillis));
    }

    /** Milliseconds until it is forgotten, {@code <= 0} when it is already. */
    private static long left(Session session, long sinceMillis) {
        return session.idleTtlMillis() - session.idleMillis() - sinceMillis;
    }
}
