// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;

/** Two observers as one: both are told everything, the first one first. */
public record Observers(ProxyObserver first, ProxyObserver second) implements ProxyObserver {

    @Override
    public void routed(Pool pool, Decision decision, String keySource) {
        first.routed(pool, decision, keySource);
        second.routed(pool, decision, keySource);
    }

    @Override
    public void sessionMoved(Pool pool, SessionKey session, Backend to, MoveReason reason) {
        first.sessionMoved(pool, session, to, reason);
        second.sessionMoved(pool, session, to, reason);
    }

    @Override
    public void sessionSuspected(Pool pool) {
        first.sessionSuspected(pool);
        second.sessionSuspected(pool);
    }

    @Override
    public void connected(Pool pool, Backend backend, long nanos) {
        first.connected(pool, backend, nanos);
        second.connected(pool, backend, nanos);
    }

    @Override
    public void retried(Pool pool, RetryReason reason) {
        first.retried(pool, reason);
        second.retried(pool, reason);
    }

    @Override
    public void clientAborted(Pool pool, AbortPhase phase) {
        first.clientAborted(pool, phase);
        second.clientAborted(pool, phase);
    }

    @Override
    public void rejected(String reason) {
        first.rejected(reason);
        second.rejected(reason);
    }

    @Override
    public void finished(RequestSummary summary) {
        first.finished(summary);
        second.finished(summary);
    }

    @Override
    public void ended(Asked asked, RequestSummary summary) {
        first.ended(asked, summary);
        second.ended(asked, summary);
    }

    @Override
    public void connection(Side side, ConnectionState state, int delta) {
        first.connection(side, state, delta);
        second.connection(side, state, delta);
    }
}
