// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.health.BackendTarget;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All backends of the current configuration. It makes one backend's health of what happens to it, and a new table of every change. Confined
 * to the control thread.
 */
final class Fleet implements Watch.Observer {

    /** How long what was counted of a replica is kept when it is gone from its name: many scrapes, and longer than most streams. */
    static final Duration REMEMBERED = Duration.ofMinutes(15);

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

    /**
     * Takes a configuration on, or who is in its pools now: what it shares with what was before goes on as it is.
     *
     * @param seats who is in a pool
     * @param cause {@link Cause#RELOAD} when the file's states hold again
     */
    void apply(HomingConfig config, Function<PoolConfig, List<Seat>> seats, Cause cause) {
        assert thread.inside();
        Map<BackendKey, Watch> gone = watches;
        List<Watch> fresh = new ArrayList<>();
        List<Placed> places = new ArrayList<>();
        watches = new LinkedHashMap<>();
        for (PoolConfig pool : config.pools()) {
            for (Seat seat : seats.apply(pool)) {
                BackendKey key = new BackendKey(pool.name(), seat.backend().id());
                Placed place = new Placed(slots.of(key), pool.name(), seat.backend(), seat.address());
                places.add(place);
                boolean awaited = seat.presence() == Seat.Presence.AWAITED;
                Watch watch = gone.get(key);
                if (watch == null || awaited != watch.backend().isAwaited()) {
                    watch = watch(place, pool);
                    if (!awaited) {
                        fresh.add(watch);
                    }
                } else {
                    gone.remove(key);
                    configure(watch, seat, pool, cause);
                }
                watches.put(key, watch);
            }
        }
        gone.values().forEach(watch -> remove(watch, cause));
        placed = placed.equals(places) ? placed : List.copyOf(places);
        changes.routing();
        fresh.forEach(Watch::start);
    }

    private Watch watch(Placed place, PoolConfig pool) {
        long now = env.epochMillis().getAsLong();
        return new Watch(new MonitoredBackend(place, pool.settings(), now), thread, env, this);
    }

    private void configure(Watch watch, Seat seat, PoolConfig pool, Cause cause) {
        MonitoredBackend backend = watch.backend();
        Standing stood = backend.standing();
        BackendTarget.Where before = backend.target().where();
        boolean changed =
                !seat.backend().equals(backend.config()) || !pool.settings().equals(backend.settings());
        backend.configure(seat.backend(), seat.address(), pool.settings());
        backend.leaving(seat.presence() == Seat.Presence.LEAVING);
        if (cause == Cause.RELOAD) {
            watch.deadline(null);
            backend.wantAsGiven();
        }
        if (backend.isAwaited()) {
            return;
        }
        if (!backend.target().where().equals(before)) {
            watch.restart();
        } else if (changed) {
            watch.probeSoon();
        }
        String leaves = backend.leaving() ? "left its name" : "found again";
        chronicle.changed(backend, stood, cause, cause == Cause.RELOAD ? "by the configuration" : leaves);
    }

    private void remove(Watch watch, Cause cause) {
        MonitoredBackend backend = watch.backend();
        Standing stood = backend.standing();
        watch.stop();
        backend.want(BackendState.OFF, "removed");
        boolean reload = cause == Cause.RELOAD;
        if (reload || !backend.isAwaited()) {
            chronicle.changed(backend, stood, cause, reload ? "removed from the configuration" : "gone from its name");
        }
        if (backend.isReplica()) {
            thread.at(thread.now() + REMEMBERED.toNanos(), () -> forget(backend));
        }
    }

    private void forget(MonitoredBackend backend) {
        if (!watches.containsKey(new BackendKey(backend.pool(), backend.id()))) {
            chronicle.forgotten(backend);
        }
    }

    /** No replica of a name is known. */
    void unknown(BackendKey name, String reason) {
        Watch watch = watches.get(name);
        if (watch != null) {
            happened(watch, Health.Event.PROBE_BAD, reason);
        }
    }

    /** Whether a backend serves nobody, or could not. */
    boolean isSpent(BackendKey key) {
        Watch watch = watches.get(key);
        return watch == null
                || !watch.backend().routed().keepsPinned()
                || !env.work().isBusy(watch.backend().slot());
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
                pool -> watches.entrySet().stream()
                        .filter(entry -> entry.getKey().pool().equals(pool))
                        .map(entry -> entry.getValue().backend().routed())
                        .toList(),
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

    /** Every backend; the same list until there are others, or they are elsewhere. */
    List<Placed> placed() {
        return placed;
    }

    /** Every backend, for operators. */
    List<BackendView> views() {
        return watches.values().stream().map(watch -> watch.backend().view()).toList();
    }

    /** Whether every backend has been probed. */
    boolean probed() {
        return watches.values().stream()
                .noneMatch(watch -> watch.backend().health().phase() == Phase.UNKNOWN);
    }
}
