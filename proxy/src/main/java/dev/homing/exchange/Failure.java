// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.health.Outcome;
import dev.homing.observe.ProxyObserver.RetryReason;
import org.jspecify.annotations.Nullable;

/** How an attempt to have a backend answer went wrong before any of the answer was relayed. */
enum Failure {
    /** No connection. */
    CONNECT(Outcome.CONNECT_FAILED, RetryReason.CONNECT),
    /** No connection within {@code timeouts.connect}. */
    CONNECT_TIMEOUT(Outcome.CONNECT_FAILED, RetryReason.CONNECT),
    /** No connection, and the backend has nothing to do with it: homing is out of file descriptors or ports. */
    EXHAUSTED(null, RetryReason.CONNECT),
    /** A llama-server's 503 "Loading model": nothing was processed. */
    LOADING(Outcome.LOADING, RetryReason.LOADING),
    /** A reused connection closed before any byte of a response: the backend had let go of it. */
    STALE(null, RetryReason.STALE),
    /** The connection broke, or what came was not HTTP. */
    BROKEN(Outcome.RESET, RetryReason.UNANSWERED),
    /** Silence for longer than {@code timeouts.response_head}. */
    SILENT(Outcome.TIMEOUT, RetryReason.UNANSWERED);

    private final @Nullable Outcome outcome;
    private final RetryReason retryReason;

    Failure(@Nullable Outcome outcome, RetryReason retryReason) {
        this.outcome = outcome;
        this.retryReason = retryReason;
    }

    /** What it says about the backend's health, null for nothing. */
    @Nullable Outcome outcome() {
        return outcome;
    }

    /** What it is counted as when the request is sent again because of it. */
    RetryReason retryReason() {
        return retryReason;
    }

    /** Whether it was a limit of time that homing set. */
    boolean outOfTime() {
        return this == CONNECT_TIMEOUT || this == SILENT;
    }

    ProxyError error(String backend, String detail) {
        return switch (this) {
            case CONNECT, STALE, BROKEN -> ProxyError.badGateway(backend, detail);
            case CONNECT_TIMEOUT, SILENT -> ProxyError.gatewayTimeout(backend, detail);
            case EXHAUSTED -> ProxyError.overloaded(detail);
            case LOADING -> ProxyError.overloaded("backend " + backend + " is loading its model");
        };
    }
}
