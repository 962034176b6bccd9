// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.config.UpstreamRules.Retry;

/**
 * What may be sent again, the one rule: to another backend after a failure to connect or a 503 "Loading model"; once to the same backend on a
 * fresh connection when a reused one closed before any response byte; and only while all of the body that came is still here. With
 * {@code retry.unanswered} also what a backend had received but not begun to answer when it died.
 */
final class RetryPolicy {

    private final Retry retry;
    private int others;
    private boolean refreshed;

    RetryPolicy(Retry retry) {
        this.retry = retry;
    }

    enum Verdict {
        /** The same backend, a fresh connection. */
        REFRESH,
        /** Another backend. */
        OTHER,
        GIVE_UP
    }

    /** Decides, and counts what it allowed. */
    Verdict after(Failure failure, boolean repeatable) {
        if (!repeatable) {
            return Verdict.GIVE_UP;
        }
        return switch (failure) {
            case STALE -> refresh();
            case CONNECT, CONNECT_TIMEOUT, LOADING -> other();
            case BROKEN -> retry.unanswered() ? other() : Verdict.GIVE_UP;
            case SILENT, EXHAUSTED -> Verdict.GIVE_UP;
        };
    }

    private Verdict refresh() {
        if (refreshed) {
            return Verdict.GIVE_UP;
        }
        refreshed = true;
        return Verdict.REFRESH;
    }

    private Verdict other() {
        if (others >= retry.attempts()) {
            return Verdict.GIVE_UP;
        }
        others++;
        return Verdict.OTHER;
    }
}
