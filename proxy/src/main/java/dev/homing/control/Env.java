// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.health.Probe;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What the control loop needs of the world.
 *
 * @param thread a single thread, not shut down before the loop is closed; it should drop cancelled tasks, of which there are many
 * @param nanoTime the ticker, any origin
 * @param epochMillis the wall clock, only ever shown
 * @param jitter stretches probe intervals; asked on the control thread only
 * @param lastDeliveryNanos when the backend of a slot last delivered a byte of any response, on {@code nanoTime}'s ticker; {@link #NEVER} before
 *     the first
 */
public record Env(
        ScheduledExecutorService thread,
        LongSupplier nanoTime,
        LongSupplier epochMillis,
        RandomGenerator jitter,
        Probe probe,
        IntToLongFunction lastDeliveryNanos) {

    /** The backend has delivered nothing yet. */
    public static final long NEVER = Long.MIN_VALUE;
}
