// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.admin.HandedTable;
import dev.homing.admin.Reply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process does for the one that takes its place: it hands its sticky table over, and then, when the other one listens, once more what
 * has changed meanwhile, and goes. Any thread.
 */
final class Succession {

    /** Between taking over and being taken over: the predecessor has left all ports by then. */
    static final Duration REST = Duration.ofSeconds(6);

    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

    private final Tables tables;
    private final LongSupplier nanoTime;

    /** What makes this process go; null = it does not. Written by whoever runs it. */
    private volatile @Nullable Runnable leave;

    /** On {@link #nanoTime}. Written by whoever starts it. */
    private volatile long notBefore;

    /** Whether the table was handed over once. Written by {@link #begin}. */
    private volatile boolean begun;

    /** Whether a successor is there. Written by {@link #finish}. */
    private volatile boolean over;

    Succession(Tables tables, LongSupplier nanoTime) {
        this.tables = tables;
        this.nanoTime = nanoTime;
        this.notBefore = nanoTime.getAsLong();
    }

    /** Gives the sticky table as it is. */
    interface Tables {

        /**
         * The table.
         *
         * @param last whether it is another process's to keep from now on
         */
        CompletionStage<byte[]> table(boolean last);
    }

    /** From now on another process may take over; {@code next} is run when it has. */
    void allow(Runnable next) {
        leave = next;
    }

    /** This process has itself taken over from one that is still leaving. */
    void rest() {
        notBefore = nanoTime.getAsLong() + REST.toNanos();
    }

    /** The sticky table. Nothing changes yet. */
    CompletionStage<Reply<HandedTable>> begin() {
        String refusal = refusal();
        if (refusal != null) {
            return refused(refusal);
        }
        begun = true;
        return tables.table(false).thenApply(table -> Reply.done(HandedTable.of(table)));
    }

    /** The successor listens: the sticky table once more, and then this process goes. */
    CompletionStage<Reply<HandedTable>> finish() {
        String refusal = begun ? refusal() : "takeover: the end of it (expected: its beginning first)";
        Runnable next = leave;
        if (refusal != null || next == null) {
            return refused(String.valueOf(refusal));
        }
        over = true;
        LOG.info("another process has taken over; this one finishes what it has begun");
        return tables.table(true).thenApply(table -> {
            next.run();
            return Reply.done(HandedTable.of(table));
        });
    }

    private @Nullable String refusal() {
        if (over || leave == null) {
            return "takeover: homing is leaving already, or is no process of its own (expected: one that runs)";
        }
        return nanoTime.getAsLong() - notBefore < 0
                ? "takeover: homing has taken over itself a moment ago (expected: at least " + REST.toSeconds()
                        + " s later)"
                : null;
    }

    private static CompletionStage<Reply<HandedTable>> refused(String why) {
        return CompletableFuture.completedFuture(Reply.refused(Reply.Reason.CONFLICT, why));
    }
}
