// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.upstream.HeadBytes;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Where the chunks of one body begin, and whether each of their sizes is sound: 1 to 16 hexadecimal digits, RFC 9112 section 7.1. The codec
 * reads any number of zeros before a size, where the next party may count digits or wrap around; it takes an extension of some KiB with every
 * single byte, which is traffic that no limit of a body sees; and it does not look into trailers, which it drops,
 * where a CR or LF alone may end a line for others. Looks at each byte between the data once, ahead of the codec, which checks everything else.
 * Confined to its event loop.
 */
final class ChunkSizes {

    private static final int MAX_DIGITS = 16;

    /** Bytes of framing that a chunk may have beside those that its data are worth; a short extension is among them. */
    private static final int FRAMING = 16;

    /** Bytes of framing beyond that, in a whole body. */
    private static final int MAX_EXCESS = 16 * 1024;

    private enum Part {
        /** Nothing more is looked at: no chunked body, or its last chunk was seen. */
        NONE,
        DIGITS,
        /** The rest of the size's line: extensions and its end. */
        LINE,
        /** The trailers behind the last chunk, up to the empty line that ends them. */
        TRAILERS
    }

    private final HeadBytes trailers = HeadBytes.ofTrailers();
    private Part part = Part.NONE;
    private int digits;
    private long size;
    private int line;
    private long excess;
    private byte last;

    /** Bytes from the codec's next one to the next that is looked at; beyond what is here while a chunk's data is still to come. */
    private long ahead;

    /** The codec's next byte is the first of a chunked body. */
    void begin() {
        part = Part.DIGITS;
        digits = 0;
        size = 0;
        last = 0;
        ahead = 0;
        line = 0;
        excess = 0;
    }

    /** The codec took that many bytes. */
    void taken(int bytes) {
        ahead -= bytes;
    }

    /** What is wrong with what is new in the codec's input; null when nothing is. */
    @Nullable String fault(ByteBuf in) {
        while (part != Part.NONE && ahead < in.readableBytes()) {
            byte b = in.getByte(in.readerIndex() + (int) ahead);
            ahead++;
            String fault = part == Part.TRAILERS ? trailer(b) : chunk(b);
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private @Nullable String chunk(byte b) {
        line++;
        if (excess + line > MAX_EXCESS) {
            return "chunk extensions (expected: <= " + MAX_EXCESS + " bytes in a body)";
        }
        int digit = part == Part.DIGITS ? Character.digit(b, 16) : -1;
        if (digit >= 0 && digits < MAX_DIGITS) {
            digits++;
            size = size << 4 | digit;
            if (size > Integer.MAX_VALUE) {
                return "chunk size (expected: < 2 GiB)";
            }
        } else if (digit >= 0 || digits == 0) {
            return "chunk size (expected: 1 to 16 hexadecimal digits)";
        } else if ((b == '\n') != (last == '\r')) {
            return "end of a chunk's first line (expected: CRLF)";
        } else if (b == '\n') {
            next();
        } else {
            part = Part.LINE;
        }
        last = b;
        return null;
    }

    private @Nullable String trailer(byte b) {
        trailers.process(b);
        part = trailers.ended() ? Part.NONE : Part.TRAILERS;
        return trailers.fault();
    }

    /** Past the data and the line end behind it to the next size. */
    private void next() {
        if (size == 0) {
            part = Part.TRAILERS;
            trailers.reset();
            return;
        }
        ahead += size + 2;
        excess = Math.max(0, excess + line - FRAMING - 2 * size);
        line = 0;
        part = Part.DIGITS;
        digits = 0;
        size = 0;
    }
}
