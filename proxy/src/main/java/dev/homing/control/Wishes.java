// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.health.Cause;
import dev.homing.loop.DurationText;
import dev.homing.routing.BackendState;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What operators want of backends, until the next reload says otherwise. Confined to the control thread. */
final class Wishes {

    private final ControlThread thread;
    private final Chronicle chronicle;
    private final Backends.Changes changes;
    private final Supplier<Collection<Watch>> watches;

    /** @param watches those of all backends as of now */
    Wishes(ControlThread thread, Chronicle chronicle, Backends.Changes changes, Supplier<Collection<Watch>> watches) {
        this.thread = thread;
        this.chronicle = chronicle;
        this.changes = changes;
        this.watches = watches;
    }

    /**
     * An operator's wish.
     *
     * @param pool null = the one that has such a backend
     * @param deadline when what is left of a drain moves, from now; null = never
     */
    StateChange want(@Nullable String pool, String id, BackendState state, @Nullable Duration deadline) {
        assert thread.inside();
        List<Watch> found = watches.get().stream()
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
        String until = deadline == null ? "" : ", off in " + DurationText.of(deadline);
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
}
