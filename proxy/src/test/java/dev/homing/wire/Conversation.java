// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection as the origin lives it: read and written by its script, looked at by the test. */
public final class Conversation implements AutoCloseable {

    /** Milliseconds that any read may take. */
    private static final int PATIENCE = 20_000;

    private final Socket wire;
    private final Socket socket;
    private final InputStream in;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile @Nullable Exception failure;
    private volatile boolean recording = true;

    /**
     * @param wire the connection itself
     * @param socket what is spoken over it: the same, or TLS
     */
    Conversation(Socket wire, Socket socket) throws IOException {
        this.wire = wire;
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        socket.setSoTimeout(PATIENCE);
    }

    /** A request as it was read: head with its empty line, and payload. */
    public record Request(String head, String text) {
        /** The value of a header, null when there is none. */
        @Nullable String header(String name) {
            for (String line : head.split("\r\n", -1)) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                    return line.substring(name.length() + 1).strip();
                }
            }
            return null;
        }
    }

    // ---- for the script

    /** The next request with its body, null when the connection ended instead. */
    public @Nullable Request request() throws IOException {
        String head = head();
        return head == null ? null : new Request(head, body(head));
    }

    /** The next head, with the empty line that ends it; null when the connection ended instead. */
    @Nullable String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int b = read();
            if (b < 0) {
                return null;
            }
            head.append((char) b);
        }
        return head.toString();
    }

    /** Bytes that came and were not read yet. */
    int atHand() throws IOException {
        return in.available();
    }

    /** The body that belongs to that head. */
    String body(String head) throws IOException {
        String lower = head.toLowerCase(Locale.ROOT);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int length = lower.indexOf("\r\ncontent-length: ");
        if (lower.contains("\r\ntransfer-encoding: chunked")) {
            int size = Integer.parseInt(line(), 16);
            while (size > 0) {
                copy(body, size);
                line();
                size = Integer.parseInt(line(), 16);
            }
            line();
        } else if (length >= 0) {
            copy(body, Integer.parseInt(lower.substring(length + 18, lower.indexOf("\r\n", length + 18))));
        }
        return body.toString(ISO_8859_1);
    }

    /** Exactly that many bytes. */
    byte[] bytes(int length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        copy(bytes, length);
        return bytes.toByteArray();
    }

    /** The next byte, -1 when the connection ended instead. */
    int next() throws IOException {
        return read();
    }

    public void send(String bytes) throws IOException {
        send(bytes.getBytes(ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Reads until the peer has gone. */
    void drain() throws IOException {
        while (read() >= 0) {
            // what comes is kept by read
        }
    }

    /** Waits that long for a byte or the end; a timeout means that the peer is silent and there. */
    void peekFor(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            in.mark(1);
            in.read();
            in.reset();
        } finally {
            socket.setSoTimeout(PATIENCE);
        }
    }

    /** Stops keeping what comes: for bodies that are too large to keep. */
    InputStream unrecorded() {
        recording = false;
        return in;
    }

    /** Ends the connection by a reset. */
    void reset() throws IOException {
        wire.setSoLinger(true, 0);
        wire.close();
    }

    /** Ends its own side only. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection without a word from TLS. */
    void cutWire() throws IOException {
        wire.close();
    }

    // ---- for the test

    /** All bytes that came so far. */
    public String received() {
        synchronized (received) {
            return received.toString(ISO_8859_1);
        }
    }

    /** Whether the script has returned, waiting for it that long. */
    public boolean isOver(long millis) throws InterruptedException {
        return over.await(millis, TimeUnit.MILLISECONDS);
    }

    /** What ended the script, null when it ended by itself. */
    public @Nullable Exception failure() {
        return failure;
    }

    void failed(Exception e) {
        failure = e;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        over.countDown();
    }

    private int read() throws IOException {
        int b;
        try {
            b = in.read();
        } catch (SocketTimeoutException e) {
            throw new IOException("the proxy sent nothing more for " + PATIENCE + " ms", e);
        }
        if (b >= 0 && recording) {
            synchronized (received) {
                received.write(b);
            }
        }
        return b;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = must(); b != '\r'; b = must()) {
            line.append((char) b);
        }
        must();
        return line.toString();
    }

    private void copy(ByteArrayOutputStream to, int length) throws IOException {
        for (int i = 0; i < length; i++) {
            to.write(must());
        }
    }

    private int must() throws IOException {
        int b = read();
        if (b < 0) {
            throw new IOException("ended in the middle of a message");
        }
        return b;
    }
}
