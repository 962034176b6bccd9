// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** An executor whose time stands still until a test moves it; its tasks run on the test's thread, in order of their time. */
final class FakeScheduler extends AbstractExecutorService implements ScheduledExecutorService {

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong((Task t) -> t.at).thenComparingLong(t -> t.order));
    private long now;
    private long order;
    private boolean shutDown;

    FakeScheduler(long nanos) {
        now = nanos;
    }

    long nanos() {
        return now;
    }

    /** Runs what is due. */
    void run() {
        advance(Duration.ZERO);
    }

    /** Moves time on, running each task at its own time. */
    void advance(Duration duration) {
        long end = now + duration.toNanos();
        for (Task next = tasks.peek(); next != null && next.at <= end; next = tasks.peek()) {
            tasks.remove();
            now = Math.max(now, next.at);
            if (!next.isCancelled()) {
                next.fire();
            }
        }
        now = end;
    }

    private Task add(Runnable command, long delayNanos, long periodNanos) {
        if (shutDown) {
            throw new RejectedExecutionException("shut down");
        }
        Task task = new Task(command, now + Math.max(0, delayNanos), periodNanos);
        tasks.add(task);
        return task;
    }

    @Override
    public void execute(Runnable command) {
        add(command, 0, 0);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return add(command, unit.toNanos(delay), 0);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initial, long delay, TimeUnit unit) {
        return add(command, unit.toNanos(initial), unit.toNanos(delay));
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initial, long period, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {
        shutDown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutDown = true;
        tasks.clear();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutDown;
    }

    @Override
    public boolean isTerminated() {
        return shutDown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return shutDown;
    }

    /** One scheduled task; what it throws reaches the test. */
    private final class Task extends FutureTask<Void> implements ScheduledFuture<Void> {

        private final Runnable command;
        private final long periodNanos;
        private final long order = FakeScheduler.this.order++;
        private long at;

        Task(Runnable command, long at, long periodNanos) {
            super(command, null);
            this.command = command;
            this.at = at;
            this.periodNanos = periodNanos;
        }

        void fire() {
            command.run();
            if (periodNanos > 0 && !isCancelled()) {
                at = now + periodNanos;
                tasks.add(this);
            }
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - now, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
