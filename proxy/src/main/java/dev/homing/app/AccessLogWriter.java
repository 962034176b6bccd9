// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Telemetry;
import dev.homing.observe.AccessEntry;
import dev.homing.observe.AccessLine;
import dev.homing.observe.AccessLog;
import dev.homing.observe.LineBuffer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the access log, on a thread of its own since a disk may take its time. Event loops leave entries in a bounded buffer and go on; a few times
 * a second, and sooner when many came, all of them are written at once. What cannot be written is lost and counted, and the next lines are tried
 * again.
 */
final class AccessLogWriter {

    /** How long a line may wait to be written. */
    static final Duration ROUND = Duration.ofMillis(250);

    /** For the last round, in case the disk or whoever reads standard output hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Entries that may wait: some megabytes. */
    static final int ROOM = 16_384;

    /** Lines of one write, at most. */
    private static final int BATCH = 256;

    private static final Logger LOG = LoggerFactory.getLogger(AccessLogWriter.class);

    private final AccessLog log;
    private final long seed;
    private final LossyBuffer<AccessEntry> buffer = new LossyBuffer<>(ROOM, this::writeSoon);
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, new DefaultThreadFactory("homing-access-log", true), new ThreadPoolExecutor.DiscardPolicy());

    /** What is in force. Belongs to whoever reads the configuration, as does what follows. */
    private Telemetry.@Nullable AccessLog inForce;

    private @Nullable ScheduledFuture<?> rounds;

    // ---- the thread's own

    private final LineBuffer text = new LineBuffer();
    private final List<AccessEntry> batch = new ArrayList<>(BATCH);
    private @Nullable AccessLogFile file;
    private @Nullable AccessLine line;
    private boolean reopen;

    /** Whether the last round went wrong, and was warned of. */
    private boolean failing;

    /**
     * Writes nothing until {@link #open}.
     *
     * @param log told where entries go
     * @param seed of ids for requests
     */
    AccessLogWriter(AccessLog log, long seed) {
        this.log = log;
        this.seed = seed;
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Lines that were lost, since the start. */
    long dropped() {
        return buffer.dropped();
    }

    /**
     * Opens the file that the configuration names, if it does and did not before.
     *
     * @return what has to be done so that lines go there
     * @throws IllegalArgumentException when it cannot be written
     */
    Runnable open(Telemetry.AccessLog wanted) {
        if (wanted.equals(inForce)) {
            return () -> {};
        }
        if (wanted.path() == null) {
            return () -> use(wanted, null);
        }
        try {
            AccessLogFile next = AccessLogFile.open(wanted.path());
            return () -> use(wanted, next);
        } catch (IOException e) {
            throw refused(wanted.path(), e);
        }
    }

    /**
     * Tries whether {@link #open} would do, and leaves everything as it is.
     *
     * @throws IllegalArgumentException when it would not
     */
    static void attempt(Telemetry.AccessLog wanted) {
        if (wanted.path() == null) {
            return;
        }
        try {
            AccessLogFile.attempt(wanted.path());
        } catch (IOException e) {
            throw refused(wanted.path(), e);
        }
    }

    private static IllegalArgumentException refused(String path, IOException e) {
        return new IllegalArgumentException(
                "access_log.path: " + path + ": cannot be written: " + FileFault.reason(e), e);
    }

    /** Goes on in the file that has the configured name by now: the one that had it may have been moved away. */
    void reopen() {
        thread.execute(() -> {
            write();
            reopen = true;
            write();
        });
    }

    /** Writes what is there, and stops. */
    void close() {
        log.to(null);
        thread.execute(() -> {
            write();
            end();
        });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("access log: its last lines are not written within {} s, and lost", PATIENCE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void use(Telemetry.AccessLog wanted, @Nullable AccessLogFile next) {
        inForce = wanted;
        AccessLine format = next == null ? null : new AccessLine(wanted.format(), text, seed);
        // Entries may come before the thread has the file: they wait for it.
        log.to(next == null ? null : buffer::add);
        thread.execute(() -> {
            write();
            end();
            file = next;
            line = format;
        });
        if (rounds != null) {
            rounds.cancel(false);
            rounds = null;
        }
        if (next != null) {
            rounds = thread.scheduleWithFixedDelay(
                    this::write, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void writeSoon() {
        thread.execute(this::write);
    }

    // ---- on the thread

    private void write() {
        AccessLogFile to = file;
        AccessLine format = line;
        if (to == null || format == null) {
            return;
        }
        try {
            if (reopen) {
                reopen(to);
            }
            buffer.take(batch, BATCH);
            while (!batch.isEmpty()) {
                write(to, format);
                buffer.take(batch, BATCH);
            }
        } catch (RuntimeException e) {
            LOG.error("a bug in the access log; it goes on with the next lines", e);
            buffer.lost(batch.size());
            batch.clear();
            text.clear();
        }
    }

    private void write(AccessLogFile to, AccessLine format) {
        batch.forEach(format::add);
        try {
            to.write(text.bytes());
            written(to);
        } catch (IOException e) {
            buffer.lost(batch.size());
            failed(to, e);
        }
        batch.clear();
        text.clear();
    }

    private void reopen(AccessLogFile to) {
        try {
            to.reopen();
            reopen = false;
        } catch (IOException e) {
            failed(to, e);
        }
    }

    private void written(AccessLogFile to) {
        if (failing && !reopen) {
            failing = false;
            LOG.info("access log {}: written again; {} lines are lost since the start", to, buffer.dropped());
        }
    }

    /** Whatever is wrong with the file that is open, a new one may be sound. */
    private void failed(AccessLogFile to, IOException e) {
        reopen = true;
        if (!failing) {
            failing = true;
            LOG.warn("access log {}: cannot be written, will be tried again: {}", to, FileFault.reason(e));
        }
    }

    private void end() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.debug("access log: closed with an error", e);
        }
        file = null;
        line = null;
        reopen = false;
        failing = false;
    }
}
