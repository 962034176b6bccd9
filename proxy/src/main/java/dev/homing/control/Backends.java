// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.HomingConfig;
import dev.homing.config.PoolConfig;
import dev.homing.health.BackendTarget;
import dev.homing.health.Cause;
import dev.homing.health.Health;
import dev.homing.health.Health.Phase;
import dev.homing.health.Outcome;
import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import dev.homing.routing.RoutingTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * All backends of the current configuration, and who looks after them: {@link Observations} of what happens to them, {@link Wishes} of operators. It
 * makes a table of them. Confined to the control thread.
 */
final class Backends {

    /** How long what was counted of a replica is kept when it is gone from its name: many scrapes, and longer than most streams. */
    static final Duration REMEMBERED = Duration.ofMinutes(15);

    private final ControlThread thread;
    private final Env env;
    private final Chronicle chronicle;
    private final Changes changes;
    private final Observations observations;
    private final Wishes wishes;
    private final Slots slots = new Slots();
    private final Recoveries recoveries;

    private Map<BackendKey, Watch> watches = new LinkedHashMap<>();
    private List<Placed> placed = List.of();

    Backends(ControlThread thread, Env env, Chronicle chronicle, Changes changes) {
        this.thread = thread;
        this.env = env;
        this.chronicle = chronicle;
        this.changes = changes;
        this.observations = new Observations(thread, chronicle, changes, () -> watches.values());
        this.wishes = new Wishes(thread, chronicle, changes, () -> watches.values());
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
        return new Watch(new MonitoredBackend(place, pool.settings(), now), thread, env, observations);
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
            observations.happened(watch, Health.Event.PROBE_BAD, reason);
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

    /** What operators want of backends. */
    Wishes wishes() {
        return wishes;
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
