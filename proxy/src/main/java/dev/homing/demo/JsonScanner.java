// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSON reader that bytes are pushed into (RFC 8259). It keeps nothing but its place in the document, so that a prompt of hundreds of
 * megabytes costs no memory: Jackson's non-blocking parser holds each text whole. UTF-8 is passed through unchecked.
 */
final class JsonScanner {

    private static final int MAX_DEPTH = 256;
    private static final int MAX_KEY = 256;
    private static final int MAX_LITERAL = 64;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");

    private enum State {
        VALUE,
        VALUE_OR_END,
        KEY,
        KEY_OR_END,
        COLON,
        COMMA_OR_END,
        TEXT,
        ESCAPE,
        UNICODE,
        LITERAL,
        END
    }

    private final JsonEvents events;
    private final boolean[] objects = new boolean[MAX_DEPTH];
    private final byte[] key = new byte[MAX_KEY];
    private final byte[] piece = new byte[4];
    private final StringBuilder literal = new StringBuilder();
    private byte[] window = new byte[8192];
    private State state = State.VALUE;
    private int depth;
    private boolean inKey;
    private int keyLength;
    private int unicode;
    private int unicodeDigits;
    private int highSurrogate;
    private long position;
    private @Nullable String problem;

    JsonScanner(JsonEvents events) {
        this.events = events;
    }

    /** Reads all of the buffer's readable bytes. After a problem the rest is skipped. */
    void feed(ByteBuf buffer) {
        while (buffer.isReadable()) {
            int length = Math.min(window.length, buffer.readableBytes());
            buffer.readBytes(window, 0, length);
            int at = 0;
            while (at < length && problem == null) {
                at = state == State.TEXT ? textRun(at, length) : step(at);
            }
            position += problem == null ? length : 0;
        }
    }

    /** The document should be whole now; says what is wrong with it, null = nothing. */
    @Nullable String finish() {
        if (problem == null && state == State.LITERAL) {
            endLiteral(0);
        }
        if (problem == null && state != State.END) {
            fail(0, "unexpected end of input");
        }
        window = new byte[0];
        return problem;
    }

    private int step(int at) {
        byte b = window[at];
        if (state == State.ESCAPE) {
            escape(at, b);
            return at + 1;
        }
        if (state == State.UNICODE) {
            unicodeDigit(at, b);
            return at + 1;
        }
        if (state == State.LITERAL) {
            if (isLiteralByte(b)) {
                if (literal.length() == MAX_LITERAL) {
                    fail(at, "literal too long");
                }
                literal.append((char) b);
                return at + 1;
            }
            endLiteral(at);
            return at;
        }
        if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
            structure(at, b);
        }
        return at + 1;
    }

    private void structure(int at, byte b) {
        switch (state) {
            case VALUE -> value(at, b);
            case VALUE_OR_END -> {
                if (b == ']') {
                    close(at, b);
                } else {
                    value(at, b);
                }
            }
            case KEY, KEY_OR_END -> {
                if (b == '"') {
                    inKey = true;
                    keyLength = 0;
                    state = State.TEXT;
                } else if (b == '}' && state == State.KEY_OR_END) {
                    close(at, b);
                } else {
                    fail(at, "Expecting property name enclosed in double quotes");
                }
            }
            case COLON -> {
                if (b == ':') {
                    state = State.VALUE;
                } else {
                    fail(at, "Expecting ':' delimiter");
                }
            }
            case COMMA_OR_END -> {
                if (b == ',') {
                    state = objects[depth - 1] ? State.KEY : State.VALUE;
                } else {
                    close(at, b);
                }
            }
            default -> fail(at, "Extra data");
        }
    }

    private void value(int at, byte b) {
        switch (b) {
            case '{', '[' -> {
                if (depth == MAX_DEPTH) {
                    fail(at, "nested too deeply");
                    return;
                }
                objects[depth++] = b == '{';
                if (b == '{') {
                    events.startObject();
                    state = State.KEY_OR_END;
                } else {
                    events.startArray();
                    state = State.VALUE_OR_END;
                }
            }
            case '"' -> {
                inKey = false;
                state = State.TEXT;
                events.startText();
            }
            default -> {
                if (isLiteralByte(b)) {
                    literal.setLength(0);
                    literal.append((char) b);
                    state = State.LITERAL;
                } else {
                    fail(at, "Expecting value");
                }
            }
        }
    }

    private void close(int at, byte b) {
        boolean object = depth > 0 && objects[depth - 1];
        if (depth == 0 || b != (object ? '}' : ']')) {
            fail(at, "Expecting ',' delimiter");
            return;
        }
        depth--;
        if (object) {
            events.endObject();
        } else {
            events.endArray();
        }
        state = depth == 0 ? State.END : State.COMMA_OR_END;
    }

    private static boolean isLiteralByte(byte b) {
        return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || b == '-' || b == '+' || b == '.' || b == 'E';
    }

    private void endLiteral(int at) {
        String value = literal.toString();
        boolean word = value.equals("true") || value.equals("false") || value.equals("null");
        if (!word && !NUMBER.matcher(value).matches()) {
            fail(at - value.length(), "Expecting value");
            return;
        }
        events.literal(value);
        state = depth == 0 ? State.END : State.COMMA_OR_END;
    }

    /** Passes on a run of plain text bytes; returns where it stopped. */
    private int textRun(int from, int length) {
        int at = from;
        while (at < length && window[at] != '"' && window[at] != '\\' && (window[at] & 0xe0) != 0) {
            at++;
        }
        if (at > from) {
            emit(window, from, at - from);
        }
        if (at == length) {
            return at;
        }
        switch (window[at]) {
            case '"' -> endText();
            case '\\' -> state = State.ESCAPE;
            default -> fail(at, "Invalid control character");
        }
        return at + 1;
    }

    private void endText() {
        highSurrogate = 0;
        if (inKey) {
            events.key(new String(key, 0, keyLength, StandardCharsets.UTF_8));
            state = State.COLON;
        } else {
            events.endText();
            state = depth == 0 ? State.END : State.COMMA_OR_END;
        }
    }

    private void emit(byte[] bytes, int offset, int length) {
        if (inKey) {
            int kept = Math.min(length, MAX_KEY - keyLength);
            System.arraycopy(bytes, offset, key, keyLength, kept);
            keyLength += kept;
        } else {
            events.text(bytes, offset, length);
        }
    }

    private void escape(int at, byte b) {
        state = State.TEXT;
        switch (b) {
            case 'u' -> {
                unicode = 0;
                unicodeDigits = 0;
                state = State.UNICODE;
            }
            case 'n' -> emitCodePoint('\n');
            case 't' -> emitCodePoint('\t');
            case 'r' -> emitCodePoint('\r');
            case 'b' -> emitCodePoint('\b');
            case 'f' -> emitCodePoint('\f');
            case '"', '\\', '/' -> emitCodePoint(b);
            default -> fail(at, "Invalid \\escape");
        }
    }

    private void unicodeDigit(int at, byte b) {
        int digit = Character.digit(b, 16);
        if (digit < 0) {
            fail(at, "Invalid \\uXXXX escape");
            return;
        }
        unicode = (unicode << 4) | digit;
        if (++unicodeDigits < 4) {
            return;
        }
        state = State.TEXT;
        if (Character.isHighSurrogate((char) unicode)) {
            highSurrogate = unicode;
        } else if (Character.isLowSurrogate((char) unicode) && highSurrogate != 0) {
            int whole = Character.toCodePoint((char) highSurrogate, (char) unicode);
            highSurrogate = 0;
            emitCodePoint(whole);
        } else {
            emitCodePoint(unicode);
        }
    }

    private void emitCodePoint(int codePoint) {
        int length;
        if (codePoint < 0x80) {
            piece[0] = (byte) codePoint;
            length = 1;
        } else if (codePoint < 0x800) {
            piece[0] = (byte) (0xc0 | (codePoint >> 6));
            length = 2;
        } else if (codePoint < 0x10000) {
            piece[0] = (byte) (0xe0 | (codePoint >> 12));
            length = 3;
        } else {
            piece[0] = (byte) (0xf0 | (codePoint >> 18));
            length = 4;
        }
        for (int i = 1; i < length; i++) {
            piece[i] = (byte) (0x80 | ((codePoint >> (6 * (length - 1 - i))) & 0x3f));
        }
        emit(piece, 0, length);
    }

    private void fail(int at, String what) {
        problem = what + ": line 1 column " + (position + at + 1) + " (char " + (position + at) + ")";
    }
}
