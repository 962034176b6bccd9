// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one request head, or of trailers, looked at once and ahead of the codec, which is more forgiving than the next party may be: it unfolds folded
 * lines (RFC 9112 section 5.2), takes a bare CR for a blank (section 2.2), skips whatever stands before a request line, and splits that at blanks of
 * all kinds and any number (section 3).
 *
 * <pre>
 * BEFORE -> BEFORE_LF -> BEFORE                    empty lines before the request line, RFC 9112 section 2.2
 * BEFORE -> METHOD -> TARGET_START -> TARGET -> VERSION_START -> VERSION -> LINE_LF -> START
 * START  -> LINE -> LINE_LF -> START               a line, and the beginning of the next
 * START  -> END_LF -> END                          the empty line
 * </pre>
 *
 * Confined to its event loop.
 */
final class HeadBytes implements ByteProcessor {

    private enum Part {
        BEFORE,
        BEFORE_LF,
        METHOD,
        TARGET_START,
        TARGET,
        VERSION_START,
        VERSION,
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

    /** The next byte is the first of trailers, whose lines are a head's. */
    void trailers() {
        part = Part.START;
        seen = 0;
    }

    boolean ended() {
        return part == Part.END;
    }

    /** What is wrong with the bytes that were {@linkplain #process processed}; null when nothing is. */
    @Nullable String fault() {
        return fault;
    }

    /** The next byte; false when no further one is to be looked at. */
    @Override
    public boolean process(byte b) {
        Part next = switch (part) {
            case BEFORE -> b == '\r' ? Part.BEFORE_LF : b > ' ' && b < 0x7f ? Part.METHOD : null;
            case BEFORE_LF -> b == '\n' ? Part.BEFORE : null;
            case METHOD -> b == ' ' ? Part.TARGET_START : isVisible(b) ? Part.METHOD : null;
            case TARGET_START -> isVisible(b) ? Part.TARGET : null;
            case TARGET -> b == ' ' ? Part.VERSION_START : isVisible(b) ? Part.TARGET : null;
            case VERSION_START -> isVisible(b) ? Part.VERSION : null;
            case VERSION -> b == '\r' ? Part.LINE_LF : isVisible(b) ? Part.VERSION : null;
            case LINE -> b == '\r' ? Part.LINE_LF : isText(b) ? Part.LINE : null;
            case LINE_LF -> b == '\n' ? Part.START : null;
            case START -> b == '\r' ? Part.END_LF : isVisible(b) ? Part.LINE : null;
            case END_LF -> b == '\n' ? Part.END : null;
            case END -> Part.END;
        };
        if (next == null) {
            fault = "byte 0x%02x in a head or trailers (expected: %s)".formatted(b & 0xff, expected());
            return false;
        }
        part = next;
        return part != Part.END;
    }

    private String expected() {
        return switch (part) {
            case BEFORE -> "a method";
            case METHOD, TARGET_START, TARGET, VERSION_START, VERSION ->
                "method, target and version with one space between them";
            case START -> "a header that does not begin with a blank, or the end";
            case LINE, END -> "no control characters";
            case BEFORE_LF, LINE_LF, END_LF -> "LF after CR";
        };
    }

    /** Not a blank; what of it may stand in a method or a target is looked at when they are whole. */
    private static boolean isVisible(byte b) {
        return b != ' ' && b != '\t' && isText(b);
    }

    /** RFC 9110 section 5.5: control characters other than tabs are none; bytes from 0x80 on are opaque. */
    private static boolean isText(byte b) {
        return b >= ' ' ? b != 0x7f : b < 0 || b == '\t';
    }
}
