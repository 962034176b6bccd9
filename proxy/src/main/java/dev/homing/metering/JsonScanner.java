// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A push tokenizer that follows the paths of a {@link PathNode} tree through one JSON document at a time, fed with its bytes in parts cut
 * anywhere. It holds no bytes but those of a key that may matter, and needs no stack: the way back is in the tree,
 * below it only the depth counts. What is no JSON, or nested deeper than {@link #MAX_DEPTH}, ends the document without a report.
 *
 * <p>Simpler than RFC 8259 where it cannot change what is found: the form of a number that does not matter is not checked, nor the
 * inside of a string. A key that is written with escapes is another key: no engine writes one.
 */
final class JsonScanner {

    /** Deeper documents are given up. One bit a level in {@link #kinds}. */
    static final int MAX_DEPTH = 64;

    /** Bytes that are copied at a time. */
    private static final int MAX_PART = 1024;

    private enum Expect {
        VALUE,
        ELEMENT_OR_END,
        MEMBER_OR_END,
        MEMBER,
        COLON,
        NEXT_OR_END,
        KEY,
        TEXT,
        NUMBER,
        WORD,
        NOTHING
    }

    private final PathNode root;
    private final Sink sink;
    private final JsonText text = new JsonText();
    private final JsonNumber number = new JsonNumber();
    private final byte[] key = new byte[PathNode.MAX_KEY];

    /** What is read just now, up to {@link #end}. */
    private byte[] part = {};

    private int end;
    private Expect expect = Expect.NOTHING;
    private int depth;
    /** The open containers, innermost in the lowest bit: 1 = object, 0 = array. */
    private long kinds;
    /** The innermost open container that matters. */
    private @Nullable PathNode within;
    /** Open containers below {@link #within}, none of which matters. */
    private int ignored;
    /** Where the next value, or the one that is being read, stands; null = it does not matter. */
    private @Nullable PathNode place;

    private int keyLength;
    private boolean textBegins;
    private String word = "";
    private int wordLength;

    JsonScanner(PathNode root, Sink sink) {
        this.root = root;
        this.sink = sink;
    }

    /** Told what is found. */
    interface Sink {

        /** A document begins; one before it that had no end is void. */
        void documentBegin();

        /** A number that matters: an integer {@code >= 0}. */
        void number(Field field, long value);

        /** A piece of generated content that is not empty. */
        void content();

        /** The document is complete. */
        void documentEnd();
    }

    /** Begins a new document, whatever came before. */
    void begin() {
        expect = Expect.VALUE;
        depth = 0;
        within = null;
        ignored = 0;
        place = root;
        sink.documentBegin();
    }

    /** Reads on. Does not change the buffer's indices; never throws for what the bytes say. */
    void read(ByteBuf buf, int from, int to) {
        int start = from;
        while (start < to && expect != Expect.NOTHING) {
            // Copied, because looks at single bytes are dear outside of the heap.
            end = Math.min(MAX_PART, to - start);
            if (part.length < end) {
                part = new byte[end];
            }
            buf.getBytes(start, part, 0, end);
            readPart();
            start += end;
        }
    }

    private void readPart() {
        int i = 0;
        while (i < end && expect != Expect.NOTHING) {
            i = switch (expect) {
                case TEXT -> readText(i);
                case KEY -> readKey(i);
                case NUMBER -> readNumber(i);
                default -> readSign(part[i], i);
            };
        }
    }

    private int readSign(byte sign, int index) {
        if (expect == Expect.WORD) {
            readWord(sign);
        } else if (sign != ' ' && sign != '\n' && sign != '\r' && sign != '\t') {
            switch (expect) {
                case VALUE -> beginValue(sign);
                case ELEMENT_OR_END -> {
                    if (sign == ']') {
                        close(sign);
                    } else {
                        beginValue(sign);
                    }
                }
                case MEMBER_OR_END -> {
                    if (sign == '}') {
                        close(sign);
                    } else {
                        beginKey(sign);
                    }
                }
                case MEMBER -> beginKey(sign);
                case COLON -> expect = sign == ':' ? Expect.VALUE : Expect.NOTHING;
                default -> nextOrEnd(sign);
            }
        }
        return index + 1;
    }

    private void nextOrEnd(byte sign) {
        if (sign != ',') {
            close(sign);
        } else if ((kinds & 1) == 1) {
            expect = Expect.MEMBER;
        } else {
            expect = Expect.VALUE;
            placeElement();
        }
    }

    private void placeElement() {
        place = ignored == 0 && within != null ? within.element() : null;
    }

    private void beginValue(byte sign) {
        switch (sign) {
            case '{' -> open(true);
            case '[' -> open(false);
            case '"' -> {
                expect = Expect.TEXT;
                textBegins = isContent();
                text.begin();
            }
            case 't' -> beginWord("true");
            case 'f' -> beginWord("false");
            case 'n' -> beginWord("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                expect = Expect.NUMBER;
                number.begin(sign);
            }
            default -> expect = Expect.NOTHING;
        }
    }

    private boolean isContent() {
        return place != null && place.field() == Field.CONTENT;
    }

    private void open(boolean object) {
        if (depth == MAX_DEPTH) {
            expect = Expect.NOTHING;
            return;
        }
        depth++;
        kinds = kinds << 1 | (object ? 1 : 0);
        if (object && isContent()) {
            sink.content();
        }
        if (place != null) {
            within = place;
        } else {
            ignored++;
        }
        if (object) {
            expect = Expect.MEMBER_OR_END;
        } else {
            expect = Expect.ELEMENT_OR_END;
            placeElement();
        }
    }

    private void close(byte sign) {
        if (depth == 0 || sign != ((kinds & 1) == 1 ? '}' : ']')) {
            expect = Expect.NOTHING;
            return;
        }
        depth--;
        kinds >>>= 1;
        if (ignored > 0) {
            ignored--;
        } else if (within != null) {
            within = within.parent();
        }
        endValue();
    }

    private void endValue() {
        if (depth > 0) {
            expect = Expect.NEXT_OR_END;
        } else {
            expect = Expect.NOTHING;
            sink.documentEnd();
        }
    }

    private void beginKey(byte sign) {
        expect = sign == '"' ? Expect.KEY : Expect.NOTHING;
        keyLength = 0;
        text.begin();
    }

    private int readKey(int from) {
        int quote = text.closingQuote(part, from, end);
        boolean matters = ignored == 0 && within != null;
        if (matters) {
            keepKey(from, (quote < 0 ? end : quote) - from);
        }
        if (quote < 0) {
            return end;
        }
        place = matters && within != null && keyLength <= key.length ? within.member(key, keyLength) : null;
        expect = Expect.COLON;
        return quote + 1;
    }

    private void keepKey(int from, int length) {
        if (length <= key.length - keyLength) {
            System.arraycopy(part, from, key, keyLength, length);
            keyLength += length;
        } else {
            keyLength = key.length + 1;
        }
    }

    private int readText(int from) {
        if (textBegins) {
            textBegins = false;
            if (part[from] != '"') {
                sink.content();
            }
        }
        int quote = text.closingQuote(part, from, end);
        if (quote < 0) {
            return end;
        }
        endValue();
        return quote + 1;
    }

    private void beginWord(String expected) {
        expect = Expect.WORD;
        word = expected;
        wordLength = 1;
    }

    private void readWord(byte sign) {
        if (sign != word.charAt(wordLength)) {
            expect = Expect.NOTHING;
        } else if (++wordLength == word.length()) {
            endValue();
        }
    }

    private int readNumber(int from) {
        int behind = number.read(part, from, end);
        if (behind < end) {
            Field field = place == null ? null : place.field();
            if (field != null && field != Field.CONTENT && number.value() != Told.NOTHING) {
                sink.number(field, number.value());
            }
            endValue();
        }
        return behind;
    }
}
