// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

/** Backends that have never had anything to do. */
record IdleWork() implements Env.Work {

    @Override
    public long lastDeliveryNanos(int slot) {
        return Env.NEVER;
    }

    @Override
    public boolean isBusy(int slot) {
        return false;
    }
}
