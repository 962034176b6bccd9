// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.routing.Backend;
import dev.homing.routing.BackendState;
import java.time.Duration;
import java.util.List;

/**
 * Where a pool stands with regard to having been out altogether, as a value.
 *
 * <pre>
 *   from \ backends   none takes sessions   some do                          all that should do
 *
 *   WHOLE             OUT                   -                                -
 *   OUT               -                     RETURNING for {@link #GRACE}     WHOLE
 *   RETURNING         OUT                   -, WHOLE when its time is over   WHOLE
 * </pre>
 *
 * @param untilNanos the end of {@code RETURNING} on the ticker that {@link #next} is given, else 0
 */
record Recovery(Phase phase, long untilNanos) {

    /**
     * How long the others are waited for when the first is back. Replicas that died together, by a power cut or a roll-out, are back within about
     * this of each other; longer, and their sessions had better be at home somewhere.
     */
    static final Duration GRACE = Duration.ofSeconds(60);

    static final Recovery WHOLE = new Recovery(Phase.WHOLE, 0);

    /** Where it stands. */
    enum Phase {
        WHOLE,
        OUT,
        RETURNING
    }

    /** What follows. */
    Recovery next(List<Backend> backends, long nowNanos) {
        if (backends.stream().noneMatch(Backend::takesNew)) {
            return new Recovery(Phase.OUT, 0);
        }
        boolean all = backends.stream()
                .filter(backend -> backend.state() == BackendState.READY)
                .allMatch(Backend::healthy);
        return switch (phase) {
            case WHOLE -> this;
            case OUT -> all ? WHOLE : new Recovery(Phase.RETURNING, nowNanos + GRACE.toNanos());
            case RETURNING -> all || nowNanos - untilNanos >= 0 ? WHOLE : this;
        };
    }

    boolean returning() {
        return phase == Phase.RETURNING;
    }
}
