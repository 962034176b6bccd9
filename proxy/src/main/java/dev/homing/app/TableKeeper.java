// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.affinity.RefusedSnapshot;
import dev.homing.affinity.SessionTable;
import dev.homing.affinity.Snapshot;
import dev.homing.affinity.SnapshotWriter;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sticky table over a restart: reads it from a file once, then writes it there again and again and for the last time at the end. On a
 * thread of its own, since a disk may take its time; neither event loops nor probes wait for it.
 */
final class TableKeeper {

    /** From the end of one write to the beginning of the next: what a crash may lose. */
    static final Duration EVERY = Duration.ofSeconds(30);

    /** For the last write: longer than a million sessions take on a slow disk. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(TableKeeper.class);

    private final SnapshotFile file;
    private final SessionTable table;
    private final long fingerprint;
    private final SnapshotWriter writer;
    private final Supplier<RoutingTable> backends;
    private final Duration period;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("homing-snapshot", true));

    /** Whether {@link #keep} was called: a proxy that never served has nothing to write. Belongs to whoever starts and stops the proxy. */
    private boolean keeping;

    /** Whether the file is another process's by now. Written by {@link #release}. */
    private volatile boolean released;

    /** Whether the last write failed, and was warned of. The thread's own. */
    private boolean failing;

    /**
     * @param hash what sessions are hashed with
     * @param backends as they are when it is asked
     */
    TableKeeper(Path file, SessionTable table, SipHash hash, Supplier<RoutingTable> backends) {
        this(file, table, hash, backends, EVERY);
    }

    TableKeeper(Path file, SessionTable table, SipHash hash, Supplier<RoutingTable> backends, Duration period) {
        this.file = new SnapshotFile(file);
        this.table = table;
        this.fingerprint = hash.fingerprint();
        this.writer = new SnapshotWriter(table, fingerprint);
        this.backends = backends;
        this.period = period;
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Takes up what the file has, before anyone asks for a session. What cannot be used is told and put aside. Returns the number of sessions. */
    long recall() {
        try {
            Snapshot snapshot = file.read(fingerprint);
            if (snapshot == null) {
                LOG.info("snapshot {}: none yet", file);
                return 0;
            }
            Snapshot.Restored restored = snapshot.restore(table, backends.get(), System.currentTimeMillis());
            LOG.info(
                    "snapshot {}: {} sessions restored, {} expired meanwhile, {} of backends that are gone, {} beyond max_sessions",
                    file,
                    restored.restored(),
                    restored.expired(),
                    restored.homeless(),
                    restored.surplus());
            return restored.restored();
        } catch (RefusedSnapshot | IOException e) {
            LOG.warn("snapshot {}: not used: {}; {}", file, reason(e), putAside());
            return 0;
        }
    }

    private String putAside() {
        try {
            Path aside = file.putAside();
            return aside == null ? "all sessions are new" : "all sessions are new, and it is kept as " + aside;
        } catch (IOException e) {
            return "all sessions are new, and it cannot be put aside: " + reason(e);
        }
    }

    /** Writes now and then from now on; the first time at once, so that a file that cannot be written is told at the start. */
    void keep() {
        keeping = true;
        thread.scheduleWithFixedDelay(this::write, 0, period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Leaves the file to another process; done when a write that is under way is. */
    CompletionStage<?> release() {
        released = true;
        return CompletableFuture.runAsync(() -> {}, thread);
    }

    /** Writes for the last time, if it ever kept, when a write under way is done. */
    void close() {
        Future<?> last = keeping ? thread.submit(this::write) : null;
        thread.shutdown();
        try {
            if (last != null) {
                last.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException e) {
            LOG.warn("snapshot {}: not written within {} s; what was there before stays", file, PATIENCE.toSeconds());
        } catch (ExecutionException e) {
            LOG.error("a bug in the snapshot's last write", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        if (released) {
            return;
        }
        try {
            long sessions = file.write(out -> writer.write(out, backends.get(), System.currentTimeMillis()));
            if (failing) {
                LOG.info("snapshot {}: written again, {} sessions", file, sessions);
            } else {
                LOG.debug("snapshot {}: {} sessions written", file, sessions);
            }
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.warn("snapshot {}: cannot be written, will be tried again: {}", file, reason(e));
            }
            failing = true;
        } catch (RuntimeException e) {
            LOG.error("a bug in the snapshot of the sticky table; it will be tried again", e);
        }
    }

    private static String reason(Exception e) {
        return e instanceof IOException broken ? FileFault.reason(broken) : String.valueOf(e.getMessage());
    }
}
