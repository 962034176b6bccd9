// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads HTTP/1 messages to the letter: what is not complete, or not framed as it says, is an exception. Confined to its thread. */
public final class WireReader {

    private static final int BLOCK = 4096;

    private final InputStream in;

    public WireReader(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /** Told of a body as it comes: what came of it before it broke is known as well. */
    public interface Sink {

        /** Returns whether more is wanted. */
        boolean take(byte[] bytes, int length) throws IOException;
    }

    /** The next head, null when the connection ended before its first byte. */
    public @Nullable HttpHead head() throws IOException {
        String first = line(true);
        if (first == null) {
            return null;
        }
        List<String> fields = new ArrayList<>();
        for (String field = required(); !field.isEmpty(); field = required()) {
            fields.add(field);
        }
        return new HttpHead(first, fields);
    }

    /** The body of a request, which has none unless it says so. */
    public byte[] requestBody(HttpHead head) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Sink sink = (bytes, length) -> {
            body.write(bytes, 0, length);
            return true;
        };
        if (head.chunked()) {
            chunks(sink);
        } else if (head.length() > 0) {
            exactly(head.length(), sink);
        }
        return body.toByteArray();
    }

    /** The body of a response, up to its end or until no more is wanted; whether that was its end. */
    public boolean responseBody(HttpHead head, Sink sink) throws IOException {
        if (head.chunked()) {
            return chunks(sink);
        }
        return head.length() >= 0 ? exactly(head.length(), sink) : toEnd(sink);
    }

    /** Whatever is at hand, -1 at the end. */
    int some(byte[] bytes) throws IOException {
        return in.read(bytes);
    }

    private boolean chunks(Sink sink) throws IOException {
        while (true) {
            String size = required();
            if (!size.matches("[0-9a-fA-F]{1,7}")) {
                throw new ProtocolException("chunk size: " + size);
            }
            int length = Integer.parseInt(size, 16);
            if (length == 0) {
                if (!required().isEmpty()) {
                    throw new ProtocolException("trailers");
                }
                return true;
            }
            if (!exactly(length, sink)) {
                return false;
            }
            if (!required().isEmpty()) {
                throw new ProtocolException("chunk: no end");
            }
        }
    }

    private boolean exactly(int length, Sink sink) throws IOException {
        byte[] block = new byte[BLOCK];
        for (int left = length; left > 0; ) {
            int read = in.read(block, 0, Math.min(left, block.length));
            if (read < 0) {
                throw new EOFException(left + " bytes short");
            }
            left -= read;
            if (!sink.take(block, read)) {
                return false;
            }
        }
        return true;
    }

    private boolean toEnd(Sink sink) throws IOException {
        byte[] block = new byte[BLOCK];
        for (int read = in.read(block); read >= 0; read = in.read(block)) {
            if (!sink.take(block, read)) {
                return false;
            }
        }
        return true;
    }

    private String required() throws IOException {
        String line = line(false);
        if (line == null) {
            throw new EOFException("in a line");
        }
        return line;
    }

    private @Nullable String line(boolean orEnd) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = in.read();
        if (b < 0 && orEnd) {
            return null;
        }
        for (; b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("in a line");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        if (!text.endsWith("\r")) {
            throw new ProtocolException("line without CR: " + text);
        }
        return text.substring(0, text.length() - 1);
    }
}
