// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.affinity.RefusedSnapshot;
import dev.homing.affinity.SessionTable;
import dev.homing.affinity.Snapshot;
import dev.homing.affinity.SnapshotReader;
import dev.homing.affinity.SnapshotWriter;
import dev.homing.config.Affinity;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions that one process has of another: by the file of {@code affinity.snapshot}, or handed over while both run. */
final class Inheritance {

    private static final Logger LOG = LoggerFactory.getLogger(Inheritance.class);

    private final SessionTable sessions;
    private final long fingerprint;
    private final Supplier<RoutingTable> backends;
    private final Executor thread;
    private final @Nullable TableKeeper keeper;

    /**
     * @param table of the configuration that the proxy starts with
     * @param backends as they are when it is asked
     * @param thread on which a table is written down to be handed over
     */
    Inheritance(Affinity.Table table, SessionTable sessions, Supplier<RoutingTable> backends, Executor thread) {
        SipHash hash = SipHash.ofSeed(table.seed().value());
        this.sessions = sessions;
        this.fingerprint = hash.fingerprint();
        this.backends = backends;
        this.thread = thread;
        this.keeper = table.snapshot() == null ? null : new TableKeeper(table.snapshot(), sessions, hash, backends);
    }

    /** Takes up the sessions that an earlier process kept, before listeners open and after control has started; returns how many. */
    long recall() {
        return keeper == null ? 0 : keeper.recall();
    }

    /** Keeps the sessions for a later process from now on. */
    void keep() {
        if (keeper != null) {
            keeper.keep();
        }
    }

    /**
     * The sessions as they are, for another process.
     *
     * @param last whether they are that process's to keep from now on
     */
    CompletionStage<byte[]> handOver(boolean last) {
        CompletionStage<?> written =
                last && keeper != null ? keeper.release() : CompletableFuture.completedFuture(null);
        return written.thenApplyAsync(done -> written(), thread);
    }

    private byte[] written() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            new SnapshotWriter(sessions, fingerprint).write(bytes, backends.get(), System.currentTimeMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Takes up the sessions of the process before this one, but those that are here already. */
    void takeUp(byte[] table) {
        try {
            Snapshot snapshot = SnapshotReader.read(new ByteArrayInputStream(table), fingerprint);
            Snapshot.Restored restored = snapshot.restore(sessions, backends.get(), System.currentTimeMillis());
            LOG.info(
                    "takeover: {} sessions of {} taken up, {} of backends that are gone",
                    restored.restored(),
                    snapshot.sessions().size(),
                    restored.homeless());
        } catch (RefusedSnapshot | IOException e) {
            LOG.warn("takeover: the sessions of the process before cannot be used: {}", e.getMessage());
        }
    }

    /** Writes them for the last time, if they are kept. */
    void close() {
        if (keeper != null) {
            keeper.close();
        }
    }
}
