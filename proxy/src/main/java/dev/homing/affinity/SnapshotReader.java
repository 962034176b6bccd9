// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.SessionKey;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UTFDataFormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;

/** Reads a snapshot, in the layout of {@link SnapshotFormat}: the whole of it or nothing. */
public final class SnapshotReader {

    private SnapshotReader() {}

    /**
     * Reads one.
     *
     * @param in read to its end, not closed
     * @param fingerprint of the seed that sessions are hashed with now
     * @throws RefusedSnapshot when it is damaged, of another version, or hashed with another seed
     */
    public static Snapshot read(InputStream in, long fingerprint) throws IOException, RefusedSnapshot {
        CheckedInputStream checked = new CheckedInputStream(new BufferedInputStream(in), new CRC32C());
        try {
            return read(new DataInputStream(checked), checked, fingerprint);
        } catch (EOFException e) {
            throw RefusedSnapshot.damaged("it ends too early");
        } catch (UTFDataFormatException e) {
            throw RefusedSnapshot.damaged("a name that is no text");
        }
    }

    private static Snapshot read(DataInputStream data, CheckedInputStream checked, long fingerprint)
            throws IOException, RefusedSnapshot {
        if (data.readLong() != SnapshotFormat.MAGIC) {
            throw new RefusedSnapshot("no snapshot of homing");
        }
        int version = data.readUnsignedShort();
        if (version != SnapshotFormat.VERSION) {
            throw new RefusedSnapshot("version: " + version + " (expected: " + SnapshotFormat.VERSION + ")");
        }
        long writtenWith = data.readLong();
        long epochMillis = data.readLong();
        List<Snapshot.Session> sessions = sessions(data, names(data));
        int sum = (int) checked.getChecksum().getValue();
        if (data.readInt() != sum || data.read() >= 0) {
            throw RefusedSnapshot.damaged("its checksum is wrong");
        }
        if (writtenWith != fingerprint) {
            throw new RefusedSnapshot("written under another affinity.seed");
        }
        return new Snapshot(epochMillis, sessions);
    }

    private static List<BackendName> names(DataInputStream data) throws IOException, RefusedSnapshot {
        List<BackendName> names = new ArrayList<>();
        for (long left = SnapshotFormat.readVarint(data); left > 0; left--) {
            names.add(new BackendName(data.readUTF(), data.readUTF()));
        }
        return names;
    }

    private static List<Snapshot.Session> sessions(DataInputStream data, List<BackendName> names)
            throws IOException, RefusedSnapshot {
        List<Snapshot.Session> sessions = new ArrayList<>();
        while (true) {
            BackendName backend = name(data, names);
            if (backend == null) {
                return sessions;
            }
            SessionKey key = new SessionKey(data.readLong());
            BackendName first = name(data, names);
            sessions.add(new Snapshot.Session(
                    key, backend, first, SnapshotFormat.readVarint(data), SnapshotFormat.readVarint(data)));
        }
    }

    private static @Nullable BackendName name(DataInputStream data, List<BackendName> names)
            throws IOException, RefusedSnapshot {
        long place = SnapshotFormat.readVarint(data);
        if (place > names.size()) {
            throw RefusedSnapshot.damaged("a backend that it does not name");
        }
        return place == 0 ? null : names.get((int) place - 1);
    }
}
