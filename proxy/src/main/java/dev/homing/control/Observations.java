// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.health.Cause;
import dev.homing.health.Health;
import dev.homing.health.Health.Phase;
import dev.homing.health.Lives;
import dev.homing.health.SlotCount;
import dev.homing.routing.Life;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Supplier;

/** What follows for a backend from what its watch sees: its health, the life of its engine, how many slots that has. Confined to the control thread. */
final class Observations implements Watch.Observer {

    private final ControlThread thread;
    private final Chronicle chronicle;
    private final Backends.Changes changes;
    private final Supplier<Collection<Watch>> watches;

    /** @param watches those of all backends as of now */
    Observations(
            ControlThread thread, Chronicle chronicle, Backends.Changes changes, Supplier<Collection<Watch>> watches) {
        this.thread = thread;
        this.chronicle = chronicle;
        this.changes = changes;
        this.watches = watches;
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
        if (!next.life().equals(before) && watches.get().contains(watch)) {
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
        if (after.slots() != before.slots() && watches.get().contains(watch)) {
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
        return watches.get().stream()
                .map(Watch::backend)
                .anyMatch(other -> other != backend
                        && other.pool().equals(backend.pool())
                        && other.routed().takesNew());
    }
}
