// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import io.netty.buffer.ByteBuf;

/**
 * The framing of an event stream: finds the {@code data:} lines and gives each to the tokenizer as a document of its own (engines never
 * spread one over several lines). Lines end with LF or CRLF; comments, events, ids and blank lines are passed over.
 *
 * <p>Once content has been seen only usage is left to look for, and nearly all lines are skipped unread by {@link UsageHint}.
 */
final class EventLines {

    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

    private static final int OTHER = -1;

    private final JsonScanner json;

    /** How many bytes of {@code data:} the current line has shown, all of them = in the data, {@link #OTHER} = another line. */
    private int matched;

    EventLines(JsonScanner json) {
        this.json = json;
    }

    /** Reads on; with {@code usageOnly}, only lines that may hold usage need be looked at. */
    void read(ByteBuf buf, int from, int to, boolean usageOnly) {
        int complete = usageOnly ? buf.indexOf(to, from, (byte) '\n') + 1 : 0;
        int i = from;
        while (i < to) {
            if (matched == 0 && i < complete) {
                i = skip(buf, i, complete);
            }
            i = readLine(buf, i, to);
        }
    }

    /** The start of the first line with a hint, the end of the complete lines when none has one. */
    private static int skip(ByteBuf buf, int from, int complete) {
        int hint = UsageHint.find(buf, from, complete);
        if (hint < 0) {
            return complete;
        }
        int endBefore = buf.indexOf(hint, from, (byte) '\n');
        return endBefore < 0 ? from : endBefore + 1;
    }

    private int readLine(ByteBuf buf, int from, int to) {
        int end = buf.indexOf(from, to, (byte) '\n');
        int stop = end < 0 ? to : end;
        int i = from;
        while (i < stop && matched >= 0 && matched < DATA.length) {
            matched = buf.getByte(i) == DATA[matched] ? matched + 1 : OTHER;
            i++;
            if (matched == DATA.length) {
                json.begin();
            }
        }
        if (matched == DATA.length) {
            json.read(buf, i, stop);
        }
        if (end < 0) {
            return to;
        }
        matched = 0;
        return end + 1;
    }
}
