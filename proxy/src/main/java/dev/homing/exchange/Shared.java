// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.admission.Admission;
import dev.homing.affinity.PendingWork;
import dev.homing.affinity.SessionRouter;
import dev.homing.health.Outcome;
import dev.homing.observe.ProxyObserver;

/**
 * What all event loops share. Each is safe to use from any of them.
 *
 * @param outcomes told how requests to backends went, when it matters for their health
 * @param via this process's pseudonym in {@code Via}, RFC 9110 section 7.6.3
 */
public record Shared(
        SessionRouter router,
        PendingWork pending,
        Admission admission,
        ProxyObserver observer,
        OutcomeSink outcomes,
        String via) {

    /** Takes outcomes from any thread, without blocking it. */
    public interface OutcomeSink {
        void outcome(int slot, Outcome outcome);
    }
}
