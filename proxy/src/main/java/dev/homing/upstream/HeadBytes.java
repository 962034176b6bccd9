// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one head, or of trailers, looked at once and ahead of the codec, which is more forgiving than the next party may be: it unfolds folded
 * lines (RFC 9112 section 5.2), takes a bare CR for a blank (section 2.2), skips whatever stands before a first line, splits that at blanks of
 * all kinds and any number (sections 3 and 4), and drops what stands between a response's name and its colon (section 5.1).
 *
 * <pre>
 * BEFORE -> BEFORE_LF -> BEFORE                    empty lines before a request line, RFC 9112 section 2.2
 * BEFORE -> METHOD -> TARGET_START -> TARGET -> VERSION_START -> VERSION -> LINE_LF -> START
 * ANSWER_START -> ANSWER -> CODE_START -> CODE (-> TEXT) -> LINE_LF -> START
 * START  -> NAME -> TEXT -> LINE_LF -> START       a field
 * START  -> END_LF -> END                          the empty line
 * </pre>
 *
 * Confined to its event loop.
 */
public final class HeadBytes {

    private enum Part {
        BEFORE,
        BEFORE_LF,
        METHOD,
        TARGET_START,
        TARGET,
        VERSION_START,
        VERSION,
        ANSWER_START,
        ANSWER,
        CODE_START,
        CODE,
        START,
        NAME,
        TEXT,
        LINE_LF,
        END_LF,
        END
    }

    private static final String TOKENS =
            "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final long TOKENS_BELOW_64 = bits(TOKENS, 0);
    private static final long TOKENS_FROM_64 = bits(TOKENS, 64);

    /** Bytes that are looked at together; most heads are shorter. */
    private static final int WINDOW = 512;

    private final Part first;
    private Part part;
    private int seen;
    private @Nullable String fault;

    private HeadBytes(Part first) {
        this.first = first;
        this.part = first;
    }

    public static HeadBytes ofRequests() {
        return new HeadBytes(Part.BEFORE);
    }

    public static HeadBytes ofResponses() {
        return new HeadBytes(Part.ANSWER_START);
    }

    public static HeadBytes ofTrailers() {
        return new HeadBytes(Part.START);
    }

    /** What is wrong with what is new in the codec's input; null when nothing is. */
    public @Nullable String fault(ByteBuf in) {
        int from = in.readerIndex() + seen;
        int to = in.writerIndex();
        if (from < to && !over()) {
            // Copied, because looks at single bytes are dear outside of the heap.
            byte[] window = new byte[Math.min(WINDOW, to - from)];
            while (from < to && !over()) {
                int length = Math.min(window.length, to - from);
                in.getBytes(from, window, 0, length);
                process(window, length);
                from += length;
            }
        }
        return fault;
    }

    private boolean over() {
        return part == Part.END || fault != null;
    }

    private void process(byte[] bytes, int length) {
        int i = 0;
        while (i < length) {
            if (part == Part.TEXT) {
                while (i < length && isText(bytes[i])) {
                    i++;
                }
            } else if (part == Part.NAME) {
                while (i < length && isToken(bytes[i])) {
                    i++;
                }
            }
            if (i < length && !process(bytes[i++])) {
                return;
            }
        }
    }

    /** What is wrong with the bytes that were {@linkplain #process processed}; null when nothing is. */
    public @Nullable String fault() {
        return fault;
    }

    /** The codec left that many bytes, all of which were looked at. */
    public void left(int bytes) {
        seen = bytes;
    }

    /** Whether a first line has begun. */
    public boolean begun() {
        return part != Part.BEFORE && part != Part.BEFORE_LF;
    }

    /** Whether the empty line was seen. */
    public boolean ended() {
        return part == Part.END;
    }

    /** The next byte is the first of another one. */
    public void reset() {
        part = first;
        seen = 0;
        fault = null;
    }

    /** The next byte; false when no further one is to be looked at. */
    public boolean process(byte b) {
        Part next = switch (part) {
            case BEFORE -> b == '\r' ? Part.BEFORE_LF : isToken(b) ? Part.METHOD : null;
            case BEFORE_LF -> b == '\n' ? Part.BEFORE : null;
            case METHOD -> b == ' ' ? Part.TARGET_START : isToken(b) ? Part.METHOD : null;
            case TARGET_START -> isVisible(b) ? Part.TARGET : null;
            case TARGET -> b == ' ' ? Part.VERSION_START : isVisible(b) ? Part.TARGET : null;
            case VERSION_START -> isVisible(b) ? Part.VERSION : null;
            case VERSION -> b == '\r' ? Part.LINE_LF : isVisible(b) ? Part.VERSION : null;
            case ANSWER_START -> isVisible(b) ? Part.ANSWER : null;
            case ANSWER -> b == ' ' ? Part.CODE_START : isVisible(b) ? Part.ANSWER : null;
            case CODE_START -> isVisible(b) ? Part.CODE : null;
            case CODE -> b == '\r' ? Part.LINE_LF : b == ' ' ? Part.TEXT : isVisible(b) ? Part.CODE : null;
            case START -> b == '\r' ? Part.END_LF : isToken(b) ? Part.NAME : null;
            case NAME -> b == ':' ? Part.TEXT : isToken(b) ? Part.NAME : null;
            case TEXT -> b == '\r' ? Part.LINE_LF : isText(b) ? Part.TEXT : null;
            case LINE_LF -> b == '\n' ? Part.START : null;
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
            case ANSWER_START, ANSWER, CODE_START, CODE -> "version, status and reason with one space between them";
            case START -> "a name that is a token, or the end";
            case NAME -> "a name that is a token, and a colon";
            case TEXT, END -> "no control characters";
            case BEFORE_LF, LINE_LF, END_LF -> "LF after CR";
        };
    }

    /** Whether it may stand in a token, RFC 9110 section 5.6.2. */
    public static boolean isToken(int c) {
        return c > ' ' && c < 128 && ((c < 64 ? TOKENS_BELOW_64 : TOKENS_FROM_64) & 1L << c) != 0;
    }

    /** Not a blank; what of it may stand in a target is looked at when that is whole. */
    private static boolean isVisible(byte b) {
        return b != ' ' && b != '\t' && isText(b);
    }

    /** RFC 9110 section 5.5: control characters other than tabs are none; bytes from 0x80 on are opaque. */
    private static boolean isText(byte b) {
        return b >= ' ' ? b != 0x7f : b < 0 || b == '\t';
    }

    /** One bit for each of the 64 characters from {@code from} on. */
    private static long bits(String characters, int from) {
        return characters
                .chars()
                .filter(c -> c >= from && c < from + 64)
                .mapToLong(c -> 1L << c)
                .reduce(0, (a, b) -> a | b);
    }
}
