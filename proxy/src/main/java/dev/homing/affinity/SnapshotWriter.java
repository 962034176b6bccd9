// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.RoutingTable;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/** Writes the sticky table down, in the layout of {@link SnapshotFormat}, while it is used: nobody waits for it. */
public final class SnapshotWriter {

    private final SessionTable table;
    private final long fingerprint;

    /** @param fingerprint of the seed that the table's sessions are hashed with */
    public SnapshotWriter(SessionTable table, long fingerprint) {
        this.table = table;
        this.fingerprint = fingerprint;
    }

    /**
     * Writes what is in the table now. Sessions of backends that {@code backends} does not have are left out, since nobody could tell their
     * names. Those with a request running count as idle from now.
     *
     * @param out flushed, not closed
     * @return how many sessions were written
     */
    public long write(OutputStream out, RoutingTable backends, long epochMillis) throws IOException {
        CheckedOutputStream checked = new CheckedOutputStream(new BufferedOutputStream(out), new CRC32C());
        DataOutputStream data = new DataOutputStream(checked);
        data.writeLong(SnapshotFormat.MAGIC);
        data.writeShort(SnapshotFormat.VERSION);
        data.writeLong(fingerprint);
        data.writeLong(epochMillis);
        long sessions = writeSessions(data, writeNames(data, new Roster(backends)));
        data.writeInt((int) checked.getChecksum().getValue());
        data.flush();
        return sessions;
    }

    /** Returns the places in the list, by slot. */
    private static Map<Integer, Integer> writeNames(DataOutputStream data, Roster roster) throws IOException {
        List<Map.Entry<Integer, BackendName>> names =
                new ArrayList<>(roster.names().entrySet());
        Map<Integer, Integer> places = new HashMap<>();
        SnapshotFormat.writeVarint(data, names.size());
        for (Map.Entry<Integer, BackendName> name : names) {
            data.writeUTF(name.getValue().pool());
            data.writeUTF(name.getValue().id());
            places.put(name.getKey(), places.size() + 1);
        }
        return places;
    }

    private long writeSessions(DataOutputStream data, Map<Integer, Integer> places) throws IOException {
        long sessions = 0;
        for (Pin pin : table.pins()) {
            Integer place = places.get(pin.slot());
            long left = table.nanosLeft(pin);
            if (place == null || left <= 0) {
                continue;
            }
            long ttl = pin.idleTtlNanos();
            SnapshotFormat.writeVarint(data, place);
            data.writeLong(pin.key().hash());
            SnapshotFormat.writeVarint(data, places.getOrDefault(pin.firstSlot(), 0));
            SnapshotFormat.writeVarint(data, TimeUnit.NANOSECONDS.toMillis(ttl));
            SnapshotFormat.writeVarint(data, TimeUnit.NANOSECONDS.toMillis(Math.max(0, ttl - left)));
            sessions++;
        }
        SnapshotFormat.writeVarint(data, 0);
        return sessions;
    }
}
