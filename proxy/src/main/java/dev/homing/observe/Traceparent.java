// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import org.jspecify.annotations.Nullable;

/**
 * What a {@code traceparent} header says: {@code 00-<32 hex digits: trace>-<16: parent>-<2: flags>}, W3C Trace Context section 3.2.
 *
 * @param high the first half of the trace's id
 * @param low the second half; not both are 0
 * @param parent the sender's span, never 0
 * @param flags those that are known
 */
record Traceparent(long high, long low, long parent, int flags) {

    private static final int TRACE = 3;
    private static final int PARENT = 36;
    private static final int FLAGS = 53;
    private static final int LENGTH = 55;

    /** The version that this is; later ones may have more behind what it has, section 4. */
    private static final int VERSION = 0;

    /** No version, and none to come. */
    private static final int FORBIDDEN = 0xff;

    /** Reads a header's value; null when it is not sound. */
    static @Nullable Traceparent read(String value) {
        if (value.length() < LENGTH || !dashed(value) || !hex(value)) {
            return null;
        }
        long version = number(value, 0, TRACE - 1);
        boolean more = value.length() > LENGTH;
        if (version == FORBIDDEN || (more && (version == VERSION || value.charAt(LENGTH) != '-'))) {
            return null;
        }
        long high = number(value, TRACE, TRACE + 16);
        long low = number(value, TRACE + 16, PARENT - 1);
        long parent = number(value, PARENT, FLAGS - 1);
        int flags = (int) number(value, FLAGS, LENGTH) & Trace.KNOWN;
        return (high | low) == 0 || parent == 0 ? null : new Traceparent(high, low, parent, flags);
    }

    private static boolean dashed(String value) {
        return value.charAt(TRACE - 1) == '-' && value.charAt(PARENT - 1) == '-' && value.charAt(FLAGS - 1) == '-';
    }

    /** Whether all else is lower-case hex digits, as far as the version is known. */
    private static boolean hex(String value) {
        for (int i = 0; i < LENGTH; i++) {
            char c = value.charAt(i);
            boolean dash = i == TRACE - 1 || i == PARENT - 1 || i == FLAGS - 1;
            if (!dash && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    private static long number(String value, int from, int to) {
        return Long.parseUnsignedLong(value, from, to, 16);
    }
}
