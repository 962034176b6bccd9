// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The single thread that everything in this package runs on, and its ticker. */
final class ControlThread {

    private static final Logger log = LoggerFactory.getLogger(ControlThread.class);

    private final ScheduledExecutorService executor;
    private final LongSupplier nanoTime;

    /** Written by the control thread; others compare it with themselves, which no race can make true. */
    private @Nullable Thread running;

    ControlThread(ScheduledExecutorService executor, LongSupplier nanoTime) {
        this.executor = executor;
        this.nanoTime = nanoTime;
    }

    /** Whether the caller runs on it. */
    boolean inside() {
        return running == Thread.currentThread();
    }

    long now() {
        return nanoTime.getAsLong();
    }

    /** Runs {@code task} soon; from any thread. */
    void execute(Runnable task) {
        executor.execute(() -> run(task));
    }

    /** Runs {@code task} at that time, or soon when it has passed. */
    Future<?> at(long nanos, Runnable task) {
        return executor.schedule(() -> run(task), Math.max(0, nanos - now()), TimeUnit.NANOSECONDS);
    }

    private void run(Runnable task) {
        Thread outer = running;
        running = Thread.currentThread();
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            // executors keep what their tasks throw to themselves
            log.error("a bug in the control thread; it goes on", e);
            throw e;
        } finally {
            running = outer;
        }
    }
}
