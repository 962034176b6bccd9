// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.health.Cause;

/** Told on the control thread what becomes of backends. Implementations neither block nor throw. */
public interface Events {

    /**
     * A backend came to stand differently; also told of each backend's first probe.
     *
     * @param why one line for people: what was seen, or who wanted it
     */
    void transition(String pool, String backend, Standing to, Cause cause, String why);

    /**
     * A name that stands for several replicas was looked up.
     *
     * @param backend under which the file has it
     * @param found false when what was known before stands
     */
    void looked(String pool, String backend, boolean found);

    /** A replica that is gone from its name for long: it will hardly be asked about again. It may come back all the same. */
    void forgotten(String pool, String backend);
}
