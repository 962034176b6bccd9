// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.Locale;

/** Why a request went where it went: a closed set, used as a label, a log field and a response header. */
public enum Decision {
    /** The session's replica, as before. */
    PINNED,
    /** First request of a session. */
    PLACED,
    /** Its replica was out: bound to another. */
    REPINNED,
    /** Back to its first replica. */
    RETURNED,
    /** Its replica was full and the wait ran out, or is about to come back with its pool: this request elsewhere, the pin stays. */
    SPILLED,
    /** Its replica had far more work pending than another: bound to that one. */
    RELIEVED,
    /** No key. */
    NO_SESSION,
    /** No eligible replica. */
    UNROUTABLE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The contract's spelling, such as {@code no_session}. */
    public String label() {
        return label;
    }
}
