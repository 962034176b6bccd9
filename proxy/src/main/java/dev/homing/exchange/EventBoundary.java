// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.buffer.ByteBuf;

/**
 * Whether an event stream is between two events: at its begin, or behind a blank line (HTML standard, section 9.2.5) of lines that end with LF or CRLF.
 * Sees only the last bytes of what passes. One whose lines end with CR alone is taken to be between events at its begin only.
 */
final class EventBoundary {

    /** The longest end of an event, as far as it has to be seen: LF CR LF. */
    private static final int LONGEST = 3;

    /** The last bytes that passed, the latest lowest; 0 where none did. */
    private int last;

    void payload(ByteBuf wire, int index, int length) {
        int end = index + length;
        for (int i = Math.max(index, end - LONGEST); i < end; i++) {
            last = (last << 8) | (wire.getByte(i) & 0xff);
        }
    }

    boolean betweenEvents() {
        return last == 0 || (last & 0xffff) == 0x0a0a || (last & 0xffffff) == 0x0a0d0a;
    }
}
