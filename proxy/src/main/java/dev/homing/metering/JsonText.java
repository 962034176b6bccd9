// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

/** Finds the end of a JSON string whose bytes pass in parts. The one thing to remember between parts is whether a backslash escapes the next byte. */
final class JsonText {

    private boolean escaped;

    /** Begins behind an opening quote. */
    void begin() {
        escaped = false;
    }

    /** The index of the closing quote, or -1 when it is not in this part: then the whole part belongs to the string. */
    int closingQuote(byte[] part, int from, int to) {
        for (int i = from; i < to; i++) {
            byte sign = part[i];
            if (escaped) {
                escaped = false;
            } else if (sign == '"') {
                return i;
            } else if (sign == '\\') {
                escaped = true;
            }
        }
        return -1;
    }
}
