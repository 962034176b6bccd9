// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.HomingConfig;
import dev.homing.health.Cause;
import dev.homing.health.Outcome;
import dev.homing.routing.BackendState;
import dev.homing.routing.RoutingTable;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The door to the control thread: configurations, outcomes and operators' wishes go in from any thread, tables and views come out. What lies
 * behind it is written by that thread alone.
 */
public final class ControlLoop implements AutoCloseable {

    private final ControlThread thread;
    private final Publisher publisher;
    private final Backends backends;
    private final Discovery discovery;
    private final CompletableFuture<Void> firstProbes = new CompletableFuture<>();
    private final CompletableFuture<Void> firstAnswers = new CompletableFuture<>();

    /** Outcomes on their way in; any thread adds, the control thread takes. */
    private final Queue<Told> told = new ConcurrentLinkedQueue<>();

    /** Whether the control thread has been asked to empty {@link #told}: one task for a burst of outcomes. */
    private final AtomicBoolean asked = new AtomicBoolean();

    /** Control thread only. */
    private @Nullable HomingConfig config;

    /** Written by the control thread, read by any. */
    private volatile List<BackendView> views = List.of();

    public ControlLoop(Env env, Publisher publisher, Events events) {
        this.thread = new ControlThread(env.thread(), env.nanoTime());
        this.publisher = publisher;
        this.backends = new Backends(thread, env, new Chronicle(events, env.epochMillis()), new Backends.Changes() {
            @Override
            public void routing() {
                publish();
            }

            @Override
            public void reasons() {
                views = backends.views();
            }
        });
        this.discovery = new Discovery(thread, env.outside().names(), new NameWatch.Listener() {
            @Override
            public void looked(BackendKey name, boolean found) {
                events.looked(name.pool(), name.id(), found);
            }

            @Override
            public void changed() {
                backends.apply(Objects.requireNonNull(config), discovery::seats, Cause.DISCOVERY);
                tellOfFirstAnswers();
            }

            @Override
            public void unknown(BackendKey name, String reason) {
                backends.unknown(name, reason);
            }

            @Override
            public boolean isSpent(BackendKey replica) {
                return backends.isSpent(replica);
            }
        });
    }

    private record Told(int slot, Outcome outcome) {}

    /** The first configuration: its table is published before the stage completes, with every backend unknown, and the probes are under way. */
    public CompletionStage<RoutingTable> start(HomingConfig first) {
        return submit(() -> take(first));
    }

    /** Complete when every backend of the first configuration has been probed: within the longest probe timeout. Cancelled by {@link #close}. */
    public CompletionStage<Void> firstProbes() {
        return firstProbes.copy();
    }

    /**
     * Complete when each name of the first configuration that stands for several replicas was answered in some way, and what was found is in the
     * table. Cancelled by {@link #close}.
     */
    public CompletionStage<Void> firstAnswers() {
        return firstAnswers.copy();
    }

    /**
     * Another configuration. A backend of the same pool and id keeps its slot and its health; its state is the file's again. At another
     * address it serves on until the first probe there decides. Backends that are gone leave the table, and their streams finish.
     */
    public CompletionStage<Void> apply(HomingConfig next) {
        return submit(() -> {
            take(next);
            return null;
        });
    }

    /** Has the table as it is published once more, for those who join it with something that has changed. */
    public CompletionStage<Void> republish() {
        return submit(() -> {
            publish();
            return null;
        });
    }

    private RoutingTable take(HomingConfig next) {
        config = next;
        List<NameWatch> fresh = discovery.configure(next);
        backends.apply(next, discovery::seats, Cause.RELOAD);
        fresh.forEach(NameWatch::start);
        tellOfFirstAnswers();
        return backends.table(next);
    }

    private void tellOfFirstAnswers() {
        if (discovery.answered()) {
            firstAnswers.complete(null);
        }
    }

    /**
     * Tells how a request ended. From any thread; never blocks. What says nothing about health may be left out, and the hot path should:
     * successes are not counted.
     */
    public void outcome(int slot, Outcome outcome) {
        if (outcome == Outcome.NEUTRAL || outcome == Outcome.BACK_PRESSURE) {
            return;
        }
        told.add(new Told(slot, outcome));
        if (asked.compareAndSet(false, true)) {
            try {
                thread.execute(this::listen);
            } catch (RejectedExecutionException shutDown) {
                told.clear();
            }
        }
    }

    private void listen() {
        asked.set(false); // before the queue is emptied: what comes while it is asks again
        for (Told next = told.poll(); next != null; next = told.poll()) {
            backends.outcome(next.slot(), next.outcome());
        }
    }

    /**
     * An operator's wish, which holds until the next reload.
     *
     * @param pool null = the only one that has a backend of that id
     * @param deadline when a drain moves the sessions that are left, counted from now; null = never
     */
    public CompletionStage<StateChange> setState(
            @Nullable String pool, String id, BackendState state, @Nullable Duration deadline) {
        if (deadline != null && state != BackendState.DRAIN) {
            throw new IllegalArgumentException("deadline: " + deadline + " (expected: none, but for a drain)");
        }
        return submit(() -> backends.wishes().want(pool, id, state, deadline));
    }

    /** Every backend as of the latest change, in the order of the configuration; from any thread. */
    public List<BackendView> backends() {
        return views;
    }

    /** No more probes, tables and events; the thread is its owner's to shut down. */
    @Override
    public void close() {
        submit(() -> {
            discovery.stop();
            backends.stop();
            firstProbes.cancel(false);
            firstAnswers.cancel(false);
            return null;
        });
    }

    private void publish() {
        assert thread.inside();
        HomingConfig current = Objects.requireNonNull(config);
        List<BackendView> next = backends.views();
        publisher.publish(current, backends.table(current), backends.placed());
        views = next; // last: what operators are told is in force
        if (!firstProbes.isDone() && backends.probed()) {
            firstProbes.complete(null);
        }
    }

    private <T> CompletionStage<T> submit(Supplier<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    done.complete(work.get());
                } catch (RuntimeException | Error e) {
                    done.completeExceptionally(e);
                    throw e;
                }
            });
        } catch (RejectedExecutionException shutDown) {
            done.completeExceptionally(shutDown);
        }
        return done;
    }
}
