// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import io.netty.buffer.ByteBuf;

/**
 * A JSON string whose bytes pass in parts: finds where it ends by hopping from quote to quote, which costs a fraction of a look at every
 * byte. The one thing to remember between parts is whether the last byte was a backslash that escapes the next.
 */
final class JsonText {

    private boolean escaped;

    /** Begins behind an opening quote. */
    void begin() {
        escaped = false;
    }

    /** The index of the closing quote, or -1 when it is not in this part: then the whole part belongs to the string. */
    int closingQuote(ByteBuf buf, int from, int to) {
        int search = from;
        while (true) {
            int quote = buf.indexOf(search, to, (byte) '"');
            int end = quote < 0 ? to : quote;
            boolean odd = oddBackslashesBefore(buf, from, end);
            if (quote < 0) {
                escaped = odd;
                return -1;
            }
            if (!odd) {
                return quote;
            }
            search = quote + 1;
        }
    }

    /** Whether the run of backslashes right before {@code end} is odd, one that the last part left over counted in. */
    private boolean oddBackslashesBefore(ByteBuf buf, int from, int end) {
        int start = end;
        while (start > from && buf.getByte(start - 1) == '\\') {
            start--;
        }
        boolean odd = (end - start & 1) == 1;
        return start == from ? odd ^ escaped : odd;
    }
}
