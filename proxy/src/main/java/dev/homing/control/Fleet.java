// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.BackendConfig;
import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.health.Cause;
import dev.homing.health.Health;
import dev.homing.health.Health.Phase;
import dev.homing.health.Lives;
import dev.homing.health.Outcome;
import dev.homing.health.SlotCount;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.Life;
import dev.homing.routing.RoutingTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * All backends of the current configuration. It makes one backend's health of what happens to it, and a new table of every change. Confined
 * to the control thread.
 */
final class Fleet implements Watch.Observer {

    private final ControlThread thread;
    private final Env env;
    private final Chronicle chronicle;
    private final Changes changes;
    private final Slots slots = new Slots();
    private final Recoveries recoveries;

    private Map<BackendKey, Watch> watches = new LinkedHashMap<>();
    private List<Placed> placed = List.of();

    Fleet(ControlThread thread, Env env, Chronicle chronicle, Changes changes) {
        this.thread = thread;
        this.env = env;
        this.chronicle = chronicle;
        this.changes = changes;
        this.recoveries = new Recoveries(thread, this::recoveryIsOver);
    }

    /** Told of every change, after it. */
    interface Changes {

        /** What the router sees, and maybe what operators see. */
        void routing();

        /** Only what operators see. */
        void reasons();
    }

    /** Takes a configuration on: what it shares with the one before goes on as it is. */
    void apply(HomingConfig config) {
        assert thread.inside();
        Map<BackendKey, Watch> gone = watches;
        List<Watch> fresh = new ArrayList<>();
        List<Placed> places = new ArrayList<>();
        watches = new LinkedHashMap<>();
        for (PoolConfig pool : config.pools()) {
            for (BackendConfig backend : pool.backends()) {
                BackendKey key = new BackendKey(pool.name(), backend.id());
                Placed place = new Placed(slots.of(key), pool.name(), backend);
                places.add(place);
                Watch watch = gone.remove(key);
                if (watch == null) {
                    watch = watch(place, pool);
                    fresh.add(watch);
                } else {
                    configure(watch, backend, pool);
                }
                watches.put(key, watch);
            }
        }
        gone.values().forEach(this::remove);
        placed = List.copyOf(places);
        changes.routing();
        fresh.forEach(Watch::start);
    }

    private Watch watch(Placed place, PoolConfig pool) {
        long now = env.epochMillis().getAsLong();
        return new Watch(new MonitoredBackend(place, pool.settings(), now), thread, env, this);
    }

    private void configure(Watch watch, BackendConfig next, PoolConfig pool) {
        MonitoredBackend backend = watch.backend();
        Standing stood = backend.standing();
        boolean moved = !next.url().equals(backend.config().url());
        boolean changed = !next.equals(backend.config()) || !pool.settings().equals(backend.settings());
        watch.deadline(null);
        backend.configure(next, pool.settings());
        if (moved) {
            watch.restart();
        } else if (changed) {
            watch.probeSoon();
        }
        chronicle.changed(backend, stood, Cause.RELOAD, "by the configuration");
    }

    private void remove(Watch watch) {
        MonitoredBackend backend = watch.backend();
        Standing stood = backend.standing();
        watch.stop();
        backend.want(BackendState.OFF, "removed");
        chronicle.changed(backend, stood, Cause.RELOAD, "removed from the configuration");
    }

    /** Gives every backend up. */
    void stop() {
        assert thread.inside();
        watches.values().forEach(Watch::stop);
        watches = new LinkedHashMap<>();
    }

    /** A real request to the backend of that slot ended. */
    void outcome(int slot, Outcome outcome) {
        assert thread.inside();
        watches.values().stream()
                .filter(watch -> watch.backend().slot() == slot)
                .forEach(watch -> watch.outcome(outcome));
    }

    @Override
    public void happened(Watch watch, Health.Event event, String text) {
        assert thread.inside();
        MonitoredBackend backend = watch.backend();
        Health before = backend.health();
        Health after = before.on(event, backend.rules(), thread.now());
        if (after.phase() == before.phase()) {
            backend.become(after);
            // one that goes on failing tells the latest reason; one that rises keeps why it was down
            if (after.phase() == Phase.DOWN && after.probes() == 0) {
                backend.saw(text);
                changes.reasons();
            }
            return;
        }
        Standing stood = backend.standing();
        backend.become(after);
        backend.saw(text);
        chronicle.changed(backend, before.phase() == Phase.UNKNOWN ? null : stood, cause(before, after), text);
        changes.routing();
    }

    @Override
    public void lived(Watch watch, Lives next) {
        assert thread.inside();
        MonitoredBackend backend = watch.backend();
        Life before = backend.lives().life();
        backend.live(next);
        if (!next.life().equals(before) && watches.containsValue(watch)) {
            changes.routing();
        }
    }

    @Override
    public void slots(Watch watch, SlotCount told) {
        assert thread.inside();
        MonitoredBackend backend = watch.backend();
        SlotLimit before = backend.limit();
        SlotLimit after = before.on(told);
        backend.limit(after);
        chronicle.slots(backend, before, told);
        if (after.slots() != before.slots() && watches.containsValue(watch)) {
            changes.routing();
        }
    }

    private static Cause cause(Health before, Health after) {
        return switch (after.phase()) {
            case UP -> before.phase() == Phase.UNKNOWN ? Cause.PROBE : Cause.RECOVERED;
            case DOWN -> Objects.requireNonNull(after.cause());
            case EJECTED -> Cause.EJECTED;
            case LOADING -> Cause.LOADING;
            case UNKNOWN -> throw new IllegalStateException("no event leads back to UNKNOWN");
        };
    }

    @Override
    public boolean dispensable(MonitoredBackend backend) {
        return watches.values().stream()
                .map(Watch::backend)
                .anyMatch(other -> other != backend
                        && other.pool().equals(backend.pool())
                        && other.routed().takesNew());
    }

    /**
     * An operator's wish.
     *
     * @param pool null = the one that has such a backend
     * @param deadline when what is left of a drain moves, from now; null = never
     */
    StateChange want(@Nullable String pool, String id, BackendState state, @Nullable Duration deadline) {
        assert thread.inside();
        List<Watch> found = watches.values().stream()
                .filter(watch -> watch.backend().id().equals(id))
                .filter(watch -> pool == null || watch.backend().pool().equals(pool))
                .toList();
        if (found.size() != 1) {
            return found.isEmpty()
                    ? new StateChange.NotFound()
                    : new StateChange.Ambiguous(
                            found.stream().map(watch -> watch.backend().pool()).toList());
        }
        Watch watch = found.get(0);
        watch.deadline(deadline == null ? null : endOfDrain(watch, deadline));
        String until = deadline == null ? "" : ", off in " + Chronicle.words(deadline);
        want(watch.backend(), state, Cause.OPERATOR, "by an operator" + until);
        return new StateChange.Changed(watch.backend().view());
    }

    private Future<?> endOfDrain(Watch watch, Duration deadline) {
        return thread.at(
                thread.now() + deadline.toNanos(),
                () -> want(watch.backend(), BackendState.DRAINED, Cause.DEADLINE, "drained past its deadline"));
    }

    private void want(MonitoredBackend backend, BackendState state, Cause cause, String why) {
        Standing stood = backend.standing();
        backend.want(state, state == BackendState.READY ? "" : why);
        chronicle.changed(backend, stood, cause, backend.because(why));
        changes.routing();
    }

    /** The table as of now. */
    RoutingTable table(HomingConfig config) {
        return TableBuilder.build(
                config,
                slots::ofPool,
                key -> Objects.requireNonNull(watches.get(key)).backend().routed(),
                this::recovers);
    }

    private boolean recovers(String pool, List<Backend> backends) {
        boolean probed = watches.values().stream()
                .map(Watch::backend)
                .noneMatch(backend ->
                        backend.pool().equals(pool) && backend.health().phase() == Phase.UNKNOWN);
        return recoveries.isReturning(pool, backends, probed);
    }

    private void recoveryIsOver() {
        if (!watches.isEmpty()) {
            changes.routing();
        }
    }

    /** Every configured backend; the same list until the configuration changes. */
    List<Placed> placed() {
        return placed;
    }

    /** Every configured backend, for operators. */
    List<BackendView> views() {
        return watches.values().stream().map(watch -> watch.backend().view()).toList();
    }

    /** Whether every backend has been probed. */
    boolean probed() {
        return watches.values().stream()
                .noneMatch(watch -> watch.backend().health().phase() == Phase.UNKNOWN);
    }
}
