// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.health.Cause;

/** Told on the control thread what becomes of backends. Implementations neither block nor throw. */
@FunctionalInterface
public interface Events {

    /** Ignores everything. */
    Events NONE = (pool, backend, to, cause, why) -> {};

    /**
     * A backend came to stand differently; also told of each backend's first probe.
     *
     * @param why one line for people: what was seen, or who wanted it
     */
    void transition(String pool, String backend, Standing to, Cause cause, String why);
}
