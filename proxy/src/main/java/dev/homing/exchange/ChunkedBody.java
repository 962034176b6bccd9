// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.upstream.HeadBytes;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * The chunked transfer coding, RFC 9112 section 7.1, followed strictly over buffers that split anywhere: CRLF only, sizes without sign or
 * blanks, extensions and trailers bounded, trailers written as fields.
 *
 * <pre>
 * SIZE -> (EXTENSION ->) SIZE_LF -> DATA -> DATA_CR -> DATA_LF -> SIZE
 *                        SIZE_LF -> TRAILERS -> COMPLETE   (size 0)
 * </pre>
 */
final class ChunkedBody extends BodyFraming {

    /** Hex digits of a size: enough for 2^60 bytes. */
    private static final int MAX_SIZE_DIGITS = 15;

    /** Bytes of one chunk's extensions. */
    private static final int MAX_EXTENSION = 256;

    /** Bytes of the whole trailer section. */
    private static final int MAX_TRAILER = 8 * 1024;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS,
        COMPLETE
    }

    private final HeadBytes trailers = HeadBytes.ofTrailers();

    /** The trailers as they were written, one character a byte. Nearly always nothing. */
    private final StringBuilder fields = new StringBuilder(0);

    private State state = State.SIZE;
    private long size;
    private int digits;
    private int bounded;

    @Override
    int follow(ByteBuf wire, PayloadSink sink) {
        int start = wire.readerIndex();
        int end = wire.writerIndex();
        int at = start;
        while (at < end && state != State.COMPLETE) {
            if (state == State.DATA) {
                int run = (int) Math.min(size, end - at);
                sink.payload(wire, at, run);
                at += run;
                size -= run;
                if (size == 0) {
                    state = State.DATA_CR;
                }
            } else {
                state = next(wire.getByte(at++));
            }
        }
        if (state == State.COMPLETE && !fields.isEmpty()) {
            sink.trailers(taken());
        }
        return at - start;
    }

    /** Names and values of the trailers in turn, each once. */
    private List<String> taken() {
        List<String> pairs = new ArrayList<>();
        fields.toString().lines().filter(line -> !line.isEmpty()).forEach(line -> {
            int colon = line.indexOf(':');
            pairs.add(line.substring(0, colon));
            pairs.add(line.substring(colon + 1).strip());
        });
        fields.setLength(0);
        return pairs;
    }

    @Override
    boolean complete() {
        return state == State.COMPLETE;
    }

    @Override
    boolean betweenChunks() {
        return state == State.SIZE && digits == 0;
    }

    @Override
    boolean chunked() {
        return true;
    }

    private State next(byte b) {
        return switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> b == '\r' ? State.SIZE_LF : extension(b);
            case SIZE_LF -> sizeRead(b);
            case DATA_CR -> expect(b, '\r', State.DATA_LF);
            case DATA_LF -> dataRead(b);
            case TRAILERS -> trailer(b);
            case DATA, COMPLETE -> throw new AssertionError(state);
        };
    }

    private State size(byte b) {
        int digit = Character.digit(b, 16);
        if (digit >= 0 && digits < MAX_SIZE_DIGITS) {
            size = size << 4 | digit;
            digits++;
            return State.SIZE;
        }
        if (digits > 0 && b == '\r') {
            return State.SIZE_LF;
        }
        if (digits > 0 && b == ';') {
            bounded = 0;
            return State.EXTENSION;
        }
        throw new Broken("chunk size: byte 0x" + Integer.toHexString(b & 0xff) + " (expected: up to " + MAX_SIZE_DIGITS
                + " hex digits, then CR or ;)");
    }

    private State sizeRead(byte b) {
        digits = 0;
        bounded = 0;
        return expect(b, '\n', size == 0 ? State.TRAILERS : State.DATA);
    }

    private State dataRead(byte b) {
        size = 0;
        return expect(b, '\n', State.SIZE);
    }

    private State extension(byte b) {
        if (++bounded > MAX_EXTENSION || (b < ' ' && b >= 0 && b != '\t') || b == 0x7f) {
            throw new Broken("chunk extension: byte 0x" + Integer.toHexString(b & 0xff) + " at " + bounded
                    + " (expected: text, at most " + MAX_EXTENSION + " bytes)");
        }
        return State.EXTENSION;
    }

    private State trailer(byte b) {
        trailers.process(b);
        String fault = ++bounded > MAX_TRAILER ? "trailers (expected: <= " + MAX_TRAILER + " bytes)" : trailers.fault();
        if (fault != null) {
            throw new Broken(fault);
        }
        if (trailers.ended()) {
            return State.COMPLETE;
        }
        if (b != '\r' || !fields.isEmpty()) {
            fields.append((char) (b & 0xff));
        }
        return State.TRAILERS;
    }

    private static State expect(byte b, char wanted, State next) {
        if (b != wanted) {
            throw new Broken("chunk framing: byte 0x" + Integer.toHexString(b & 0xff) + " (expected: 0x"
                    + Integer.toHexString(wanted) + ")");
        }
        return next;
    }
}
