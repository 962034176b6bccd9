// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.Health.Passive;
import dev.homing.health.BackendTarget;
import dev.homing.health.Health;
import dev.homing.health.Lives;
import dev.homing.health.LoadingModel;
import dev.homing.health.Outcome;
import dev.homing.health.OutcomeWindow;
import dev.homing.health.ProbeResult;
import dev.homing.health.SlotCount;
import dev.homing.loop.DurationText;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One backend under observation: it makes events of what probes and real requests show, and holds the timers that run for the backend.
 * Confined to the control thread.
 */
final class Watch implements ProbeSchedule.Subject {

    private final MonitoredBackend backend;
    private final ControlThread thread;
    private final Env env;
    private final Observer observer;
    private final ProbeSchedule probes;
    private final OutcomeWindow faults = new OutcomeWindow();
    private @Nullable Future<?> deadline;

    /** Whether its start time has been asked for and not yet told. */
    private boolean asking;

    Watch(MonitoredBackend backend, ControlThread thread, Env env, Observer observer) {
        this.backend = backend;
        this.thread = thread;
        this.env = env;
        this.observer = observer;
        this.probes = new ProbeSchedule(thread, env.jitter(), this);
    }

    /** Who draws the conclusions. */
    interface Observer {

        /**
         * Something happened to a backend.
         *
         * @param text what was seen, for people
         */
        void happened(Watch watch, Health.Event event, String text);

        /** Something was seen of the run that its engine is in. */
        void lived(Watch watch, Lives next);
        /** Its engine was asked how many slots it has. */
        void slots(Watch watch, SlotCount told);

        /** Whether the backend's pool has another one that takes new sessions. */
        boolean dispensable(MonitoredBackend backend);
    }

    MonitoredBackend backend() {
        return backend;
    }

    /** Begins to probe. */
    void start() {
        probes.start();
    }

    /** Goes on at another address: what the old one did, or still answers, does not count. */
    void restart() {
        faults.clear();
        probes.start();
    }

    /** What probes ask for, or how often, has changed. */
    void probeSoon() {
        probes.soon();
    }

    /** Sets the end of a drain in place of an earlier one; null = none. */
    void deadline(@Nullable Future<?> next) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        deadline = next;
    }

    /** Nothing of it happens any more. */
    void stop() {
        probes.stop();
        deadline(null);
    }

    /** A real request ended. */
    void outcome(Outcome outcome) {
        assert thread.inside();
        switch (outcome) {
            case LOADING -> {
                sign(Lives.Sign.GONE);
                observer.happened(
                        this,
                        Health.Event.REQUEST_LOADING,
                        "a request was answered 503 \"" + LoadingModel.MESSAGE + "\"");
                probes.soon();
            }
            case CONNECT_FAILED, RESET -> {
                sign(Lives.Sign.DOUBT);
                backend.limit(backend.limit().doubted());
                fault(outcome);
                probes.soon(); // what died is refused now: out within milliseconds, not after an interval
            }
            case BAD_GATEWAY -> {
                sign(Lives.Sign.DOUBT);
                fault(outcome);
            }
            case TIMEOUT -> fault(outcome);
            case NEUTRAL, BACK_PRESSURE -> {}
        }
    }

    private void fault(Outcome outcome) {
        if (!backend.health().healthy()) {
            return;
        }
        Passive passive = backend.settings().health().passive();
        boolean tooMany =
                faults.fault(thread.now(), passive.failures(), passive.window().toNanos());
        if (tooMany && observer.dispensable(backend)) {
            faults.clear();
            observer.happened(this, Health.Event.FAULTS, ejection(passive, outcome));
            probes.at(backend.health().untilNanos());
        }
    }

    private static String ejection(Passive passive, Outcome last) {
        return "ejected for %s after %d faults within %s, the last: %s"
                .formatted(
                        DurationText.of(passive.ejectFor()),
                        passive.failures(),
                        DurationText.of(passive.window()),
                        last.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    @Override
    public Duration interval() {
        return backend.settings().health().interval();
    }

    @Override
    public CompletionStage<ProbeResult> probe() {
        BackendTarget target = backend.target();
        CompletionStage<ProbeResult> probe = env.outside().probe().probe(target);
        return backend.slotsWanted() ? probe.thenCompose(result -> withSlots(result, target)) : probe;
    }

    /** Before a backend is seen to be up: its first requests shall find its limit there. */
    private CompletionStage<ProbeResult> withSlots(ProbeResult result, BackendTarget target) {
        if (result.event() != Health.Event.PROBE_GOOD) {
            return CompletableFuture.completedStage(result);
        }
        return env.outside().probe().slots(target).thenApply(told -> {
            thread.execute(() -> slots(told, target));
            return result;
        });
    }

    private void slots(SlotCount told, BackendTarget asked) {
        boolean moved = !asked.where().equals(backend.target().where());
        if (backend.slotsWanted() && !moved) {
            observer.slots(this, told);
        }
    }

    @Override
    public void probed(ProbeResult result, long startedNanos) {
        // a busy vLLM answers late: as long as its streams deliver, silence says nothing against it
        boolean silentAtWork = result instanceof ProbeResult.TimedOut && delivered(startedNanos);
        // a backend that never answered may have an address to which this machine has no way: that looks the same
        boolean unasked =
                result instanceof ProbeResult.Unsent && backend.health().healthy();
        if (!silentAtWork && !unasked) {
            boolean healthy = backend.health().healthy();
            sign(result.event());
            observer.happened(this, result.event(), result.text());
            if (!healthy && backend.health().healthy()) {
                faults.clear();
            }
        }
        if (result.event() == Health.Event.PROBE_GOOD && backend.startTimeWanted() && !asking) {
            askStartTime();
        }
        if (backend.health().phase() == Health.Phase.EJECTED) {
            probes.at(backend.health().untilNanos());
        }
    }

    private void sign(Health.Event probed) {
        switch (probed) {
            case PROBE_GOOD -> sign(Lives.Sign.ALIVE);
            case PROBE_REFUSED, PROBE_LOADING -> sign(Lives.Sign.GONE);
            case PROBE_BAD, PROBE_UNAVAILABLE -> sign(Lives.Sign.DOUBT);
            case REQUEST_LOADING, FAULTS -> {}
        }
    }

    private void sign(Lives.Sign sign) {
        observer.lived(this, backend.lives().on(sign));
    }

    /** Only when something has happened: a llama-server's averages begin anew with each look at its metrics. */
    private void askStartTime() {
        asking = true;
        int life = backend.lives().life().number();
        env.outside()
                .probe()
                .startTime(backend.target())
                .whenComplete((told, never) -> thread.execute(() -> {
                    asking = false;
                    if (life == backend.lives().life().number()) {
                        observer.lived(this, backend.lives().on(told));
                    }
                }));
    }

    private boolean delivered(long sinceNanos) {
        long last = env.work().lastDeliveryNanos(backend.slot());
        return last != Env.NEVER && last - sinceNanos >= 0;
    }
}
