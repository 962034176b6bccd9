// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one request head, looked at once and ahead of the codec, which is more forgiving than the next party may be: it unfolds folded
 * lines (RFC 9112 section 5.2), takes a bare CR for a blank (section 2.2), and skips whatever stands before a request line.
 *
 * <pre>
 * BEFORE -> BEFORE_LF -> BEFORE          empty lines before the request line, RFC 9112 section 2.2
 * BEFORE -> LINE -> LINE_LF -> START     a line, and the beginning of the next
 * START  -> LINE
 * START  -> END_LF -> END                the empty line
 * </pre>
 *
 * Confined to its event loop.
 */
final class HeadBytes implements ByteProcessor {

    private enum Part {
        BEFORE,
        BEFORE_LF,
        LINE,
        LINE_LF,
        START,
        END_LF,
        END
    }

    private Part part = Part.BEFORE;
    private int seen;
    private @Nullable String fault;

    /** What is wrong with what is new in the codec's input; null when nothing is. */
    @Nullable String fault(ByteBuf in) {
        int fresh = in.readableBytes() - seen;
        if (fresh > 0 && part != Part.END) {
            in.forEachByte(in.readerIndex() + seen, fresh, this);
        }
        return fault;
    }

    /** The codec left that many bytes, all of which were looked at. */
    void left(int bytes) {
        seen = bytes;
    }

    /** Whether a request line has begun. */
    boolean begun() {
        return part != Part.BEFORE && part != Part.BEFORE_LF;
    }

    /** The next byte is the first behind a message. */
    void reset() {
        part = Part.BEFORE;
        seen = 0;
    }

    /** The next byte; false when no further one is to be looked at. */
    @Override
    public boolean process(byte b) {
        Part next = switch (part) {
            case BEFORE -> b == '\r' ? Part.BEFORE_LF : b > ' ' && b < 0x7f ? Part.LINE : null;
            case BEFORE_LF -> b == '\n' ? Part.BEFORE : null;
            case LINE -> b == '\r' ? Part.LINE_LF : isText(b) ? Part.LINE : null;
            case LINE_LF -> b == '\n' ? Part.START : null;
            case START -> b == '\r' ? Part.END_LF : b != ' ' && b != '\t' && isText(b) ? Part.LINE : null;
            case END_LF -> b == '\n' ? Part.END : null;
            case END -> Part.END;
        };
        if (next == null) {
            fault = "byte 0x%02x in the head (expected: %s)".formatted(b & 0xff, expected());
            return false;
        }
        part = next;
        return part != Part.END;
    }

    private String expected() {
        return switch (part) {
            case BEFORE -> "a method";
            case START -> "a header that does not begin with a blank, or the end";
            case LINE, END -> "no control characters";
            case BEFORE_LF, LINE_LF, END_LF -> "LF after CR";
        };
    }

    /** RFC 9110 section 5.5: control characters other than tabs are none; bytes from 0x80 on are opaque. */
    private static boolean isText(byte b) {
        return b >= ' ' ? b != 0x7f : b < 0 || b == '\t';
    }
}
