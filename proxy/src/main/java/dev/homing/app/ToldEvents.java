// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.control.Events;
import dev.homing.control.Standing;
import dev.homing.health.Cause;
import dev.homing.observe.Happenings;
import dev.homing.observe.ProxyMeters;
import dev.homing.observe.Transition;

/** What becomes of backends, told to the meters and to those who watch. */
record ToldEvents(ProxyMeters meters, Happenings happenings) implements Events {

    @Override
    public void transition(String pool, String backend, Standing to, Cause cause, String why) {
        meters.transition(pool, backend, transition(to), cause.label());
        happenings.transition(pool, backend, transition(to), cause.label(), why);
    }

    @Override
    public void looked(String pool, String backend, boolean found) {
        meters.lookedUp(pool, backend, found);
    }

    @Override
    public void forgotten(String pool, String backend) {
        meters.forget(pool, backend);
    }

    private static Transition transition(Standing standing) {
        return switch (standing) {
            case UP -> Transition.UP;
            case DOWN -> Transition.DOWN;
            case DRAIN -> Transition.DRAIN;
            case OFF -> Transition.OFF;
        };
    }
}
