// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.observe.SpanEntry;
import dev.homing.observe.Tracing;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends spans to a collector, on a thread of its own since a network may take its time. Event loops leave entries in a bounded buffer and go on; once a
 * second, and sooner when many came, they are sent. What a collector does not take in time is lost and counted, and the next ones are tried again.
 */
final class SpanWriter {

    /** Entries that may wait: some megabytes. */
    static final int ROOM = 8_192;

    /** Spans of one message, at most. */
    static final int BATCH = 512;

    /** How long a span may wait to be sent. */
    static final Duration ROUND = Duration.ofSeconds(1);

    /** For the last round, in case the collector hangs. */
    static final Duration LAST_ROUND = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(SpanWriter.class);

    private final Tracing tracing;
    private final LossyBuffer<SpanEntry> buffer = new LossyBuffer<>(ROOM, this::sendSoon);
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, new DefaultThreadFactory("homing-tracing", true), new ThreadPoolExecutor.DiscardPolicy());

    /** What is in force. Belongs to whoever reads the configuration, as does what follows. */
    private @Nullable URI inForce;

    private @Nullable ScheduledFuture<?> rounds;

    // ---- the thread's own

    private final List<SpanEntry> batch = new ArrayList<>(BATCH);
    private @Nullable URI collector;
    private @Nullable OtlpSender sender;

    /** Whether the last message went wrong, and was warned of. */
    private boolean failing;

    /**
     * Sends nothing until {@link #use}.
     *
     * @param tracing told where entries go
     */
    SpanWriter(Tracing tracing) {
        this.tracing = tracing;
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Spans that were lost, since the start. */
    long dropped() {
        return buffer.dropped();
    }

    /** From now on spans go to that collector; null = nobody traces. What waits for the one before is sent to that, or lost. */
    void use(@Nullable URI wanted) {
        if (Objects.equals(wanted, inForce)) {
            return;
        }
        inForce = wanted;
        // Entries may come before the thread has the collector: they wait for it.
        tracing.to(wanted == null ? null : buffer::add);
        thread.execute(() -> change(wanted));
        if (rounds != null) {
            rounds.cancel(false);
            rounds = null;
        }
        if (wanted != null) {
            rounds = thread.scheduleWithFixedDelay(
                    this::send, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Sends what is there, if it can be sent, and stops. */
    void close() {
        tracing.to(null);
        thread.execute(this::leave);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LAST_ROUND.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("tracing: the last spans are not sent within {} s, and lost", LAST_ROUND.toSeconds());
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendSoon() {
        thread.execute(this::send);
    }

    // ---- on the thread

    private void change(@Nullable URI next) {
        leave();
        collector = next;
        if (next == null) {
            LOG.info("tracing: no spans are sent any more");
        } else {
            sender = new OtlpSender(next, BuildInfo.read().version());
            LOG.info("tracing: spans go to {}", OtlpSender.endpoint(next));
        }
    }

    /** Sends what is there; what a collector that failed has not taken is lost. */
    private void leave() {
        if (!failing) {
            send();
        }
        if (failing) {
            buffer.take(batch, ROOM);
            buffer.lost(batch.size());
            batch.clear();
        }
        if (sender != null) {
            sender.close();
        }
        sender = null;
        failing = false;
    }

    /** Until there are none, or one message goes wrong: what is left then has its turn in the next round, unless it is pushed out. */
    private void send() {
        OtlpSender to = sender;
        if (to == null) {
            return;
        }
        try {
            String wrong = null;
            while (wrong == null && filled()) {
                wrong = to.send(batch);
                if (wrong == null) {
                    sent();
                } else {
                    failed(wrong);
                }
            }
        } catch (RuntimeException e) {
            LOG.error("a bug in tracing; it goes on with the next spans", e);
            buffer.lost(batch.size());
        }
        batch.clear();
    }

    /** Whether the next message has any spans. */
    private boolean filled() {
        batch.clear();
        buffer.take(batch, BATCH);
        return !batch.isEmpty();
    }

    private void sent() {
        if (failing) {
            failing = false;
            LOG.info("tracing {}: spans are sent again; {} are lost since the start", collector, buffer.dropped());
        }
    }

    private void failed(String why) {
        if (!failing) {
            failing = true;
            LOG.warn("tracing {}: spans cannot be sent and are lost, the next ones will be tried: {}", collector, why);
        }
        buffer.lost(batch.size());
    }
}
