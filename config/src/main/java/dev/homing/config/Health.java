// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.time.Duration;

/**
 * When a backend counts as healthy.
 *
 * @param path what probes ask for
 * @param fall failed probes in a row that take it out, {@code >= 1}
 * @param rise good probes in a row that bring it back, {@code >= 1}
 */
public record Health(String path, Duration interval, Duration timeout, int fall, int rise, Passive passive) {

    /**
     * Ejection by the outcomes of real requests.
     *
     * @param failures faults within {@code window} that eject, {@code >= 1}
     * @param ejectFor the least time out
     */
    public record Passive(int failures, Duration window, Duration ejectFor) {}
}
