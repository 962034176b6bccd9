// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.health.Probe;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What the control loop needs of the world.
 *
 * @param thread a single thread, not shut down before the loop is closed; it should drop cancelled tasks, of which there are many
 * @param nanoTime the ticker, any origin
 * @param epochMillis the wall clock, only ever shown
 * @param jitter stretches probe intervals; asked on the control thread only
 */
public record Env(
        ScheduledExecutorService thread,
        LongSupplier nanoTime,
        LongSupplier epochMillis,
        RandomGenerator jitter,
        Outside outside,
        Work work) {

    /** The backend has delivered nothing yet. */
    public static final long NEVER = Long.MIN_VALUE;

    /** Whom the control loop asks: backends how they are, and name servers where they are. Neither ever blocks. */
    public record Outside(Probe probe, Names names) {}

    /** What the data plane does for backends, by slot; asked on the control thread. */
    public interface Work {

        /** When the backend last delivered a byte of any response, on {@link Env#nanoTime}'s ticker; {@link #NEVER} before the first. */
        long lastDeliveryNanos(int slot);

        /** Whether it has a session, or a request that runs or waits. */
        boolean isBusy(int slot);
    }
}
