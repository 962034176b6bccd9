// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.buffer.ByteBuf;

/**
 * Where the chunks of one body begin, and whether each of their sizes is sound: 1 to 16 hexadecimal digits, RFC 9112 section 7.1. The codec
 * reads any number of zeros before a size, where the next party may count digits or wrap around. It looks at each size once, ahead of the
 * codec, which checks everything else. Confined to its event loop.
 */
final class ChunkSizes {

    private static final int MAX_DIGITS = 16;

    private enum Part {
        /** Nothing more is looked at: no chunked body, or its last chunk was seen. */
        NONE,
        DIGITS,
        /** The rest of the size's line: extensions and its end. */
        LINE
    }

    private Part part = Part.NONE;
    private int digits;
    private long size;

    /** Bytes from the codec's next one to the next that is looked at; beyond what is here while a chunk's data is still to come. */
    private long ahead;

    /** The codec's next byte is the first of a chunked body. */
    void begin() {
        part = Part.DIGITS;
        digits = 0;
        size = 0;
        ahead = 0;
    }

    /** The codec took that many bytes. */
    void taken(int bytes) {
        ahead -= bytes;
    }

    /** Looks at what is new in the codec's input; false when a size is none. */
    boolean sound(ByteBuf in) {
        while (part != Part.NONE && ahead < in.readableBytes()) {
            byte b = in.getByte(in.readerIndex() + (int) ahead);
            ahead++;
            if (part == Part.LINE) {
                if (b == '\n') {
                    next();
                }
                continue;
            }
            int digit = Character.digit(b, 16);
            if (digit >= 0 && digits < MAX_DIGITS) {
                digits++;
                size = size << 4 | digit;
            } else if (digit >= 0 || digits == 0) {
                return false;
            } else if (b == '\n') {
                next();
            } else {
                part = Part.LINE;
            }
        }
        return true;
    }

    /** Past the data and the line end behind it to the next size. The codec refuses sizes from 2 GiB on. */
    private void next() {
        if (size == 0) {
            part = Part.NONE;
            return;
        }
        ahead += size + 2;
        part = Part.DIGITS;
        digits = 0;
        size = 0;
    }
}
