// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.health.Cause;
import java.util.function.Consumer;

/** Tells of backends that come to stand differently, and of nothing else. */
record TransitionsOnly(Consumer<String> told) implements Events {

    @Override
    public void transition(String pool, String backend, Standing to, Cause cause, String why) {
        told.accept(pool + "/" + backend + " " + to.label() + " " + cause.label());
    }

    @Override
    public void looked(String pool, String backend, boolean found) {}

    @Override
    public void forgotten(String pool, String backend) {}
}
