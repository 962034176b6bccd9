// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.admission.Admission;
import dev.homing.affinity.PendingWork;
import dev.homing.affinity.SessionRouter;
import dev.homing.health.Outcome;
import dev.homing.observe.ProxyObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(Shared.class);

    /** Takes outcomes from any thread, without blocking it. */
    public interface OutcomeSink {
        void outcome(int slot, Outcome outcome);
    }

    /** Counts and tells that homing itself does not take a request of that client. */
    public void refused(ClientInfo client, ProxyError error) {
        LOG.debug("refused a request of {}: {} {}", client.address(), error.status(), error.message());
        observer.rejected(error.code());
    }

    /**
     * Counts and tells that homing itself broke off what it did for that client, which is told no status any more.
     *
     * @param reason of {@code homing_rejected_total}
     */
    public void brokeOff(ClientInfo client, String reason, String why) {
        LOG.debug("broke off a request of {}: {}", client.address(), why);
        observer.rejected(reason);
    }
}
