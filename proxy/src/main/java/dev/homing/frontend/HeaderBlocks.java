// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.buffer.ByteBuf;

/**
 * Where the header blocks of an HTTP/2 connection begin and end, RFC 9113 sections 4.1 and 4.3, followed over the bytes as they come: the codec
 * does not tell that one was begun, but it is then that its time runs. Confined to its event loop.
 */
final class HeaderBlocks {

    private static final int PREFACE = 24;
    private static final int FRAME_HEADER = 9;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;

    private long skip = PREFACE;
    private int got;
    private int length;
    private int type;
    private boolean open;
    private boolean ends;
    private long begun;

    /** Follows bytes that came; moves no index. */
    void follow(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (skip > 0) {
                int run = (int) Math.min(skip, end - at);
                at += run;
                skip -= run;
            } else {
                header(bytes.getUnsignedByte(at++));
            }
            if (skip == 0 && got == 0 && ends) {
                open = false;
                ends = false;
            }
        }
    }

    /** The number of the block that was begun and did not end, from 1; 0 when none is open. */
    long open() {
        return open ? begun : 0;
    }

    /** The next byte of a frame's header: three of its length, its type, its flags, four of its stream. */
    private void header(int b) {
        switch (got) {
            case 0, 1, 2 -> length = (length << 8 | b) & 0xffffff;
            case 3 -> type = b;
            case 4 -> flags(b);
            default -> {}
        }
        got++;
        if (got == FRAME_HEADER) {
            got = 0;
            skip = length;
        }
    }

    private void flags(int flags) {
        if (type == HEADERS) {
            open = true;
            begun++;
        }
        ends = (type == HEADERS || type == CONTINUATION) && (flags & END_HEADERS) != 0;
    }
}
