// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.health.Outcome;
import org.jspecify.annotations.Nullable;

/** How an attempt to have a backend answer went wrong before any of the answer was relayed. */
enum Failure {
    /** No connection. */
    CONNECT(Outcome.CONNECT_FAILED),
    /** No connection within {@code timeouts.connect}. */
    CONNECT_TIMEOUT(Outcome.CONNECT_FAILED),
    /** A llama-server's 503 "Loading model": nothing was processed. */
    LOADING(Outcome.LOADING),
    /** A reused connection closed before any byte of a response: the backend had let go of it. */
    STALE(null),
    /** The connection broke, or what came was not HTTP. */
    BROKEN(Outcome.RESET),
    /** Silence for longer than {@code timeouts.response_head}. */
    SILENT(Outcome.TIMEOUT);

    private final @Nullable Outcome outcome;

    Failure(@Nullable Outcome outcome) {
        this.outcome = outcome;
    }

    /** What it says about the backend's health, null for nothing. */
    @Nullable Outcome outcome() {
        return outcome;
    }

    ProxyError error(String backend, String detail) {
        return switch (this) {
            case CONNECT, STALE, BROKEN -> ProxyError.badGateway(backend, detail);
            case CONNECT_TIMEOUT, SILENT -> ProxyError.gatewayTimeout(backend, detail);
            case LOADING -> ProxyError.overloaded("backend " + backend + " is loading its model");
        };
    }
}
