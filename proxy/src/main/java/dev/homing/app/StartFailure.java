// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why the proxy could not start, in one line for the operator. */
final class StartFailure extends Exception {

    private static final long serialVersionUID = 1L;

    /** What native transports put before an error of the system. */
    private static final Pattern NATIVE_CALL = Pattern.compile("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ");

    StartFailure(String message) {
        super(message);
    }

    /** What did not come about, and why in the system's own words, which are the same on every transport. */
    static StartFailure of(String what, @Nullable Throwable cause) {
        return new StartFailure(what + ": " + reason(cause));
    }

    private static String reason(@Nullable Throwable cause) {
        if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
            return "cannot resolve it";
        }
        String message = cause == null ? "no result" : cause.getMessage();
        return message == null
                ? String.valueOf(cause)
                : NATIVE_CALL.matcher(message).replaceFirst("");
    }
}
