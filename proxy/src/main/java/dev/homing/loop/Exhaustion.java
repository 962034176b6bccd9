// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import java.util.regex.Pattern;

/**
 * Whether this machine, and not the other side, is why a connection did not come about: file descriptors, ports or memory ran out. Transports
 * tell it in the system's words only.
 */
public final class Exhaustion {

    /** EMFILE, ENFILE, EADDRNOTAVAIL, ENOBUFS and ENOMEM. */
    private static final Pattern WORDS = Pattern.compile(
            "too many open files|cannot assign requested address|no buffer space available|cannot allocate memory",
            Pattern.CASE_INSENSITIVE);

    private Exhaustion() {}

    public static boolean isCauseOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && WORDS.matcher(cause.getMessage()).find()) {
                return true;
            }
        }
        return false;
    }
}
