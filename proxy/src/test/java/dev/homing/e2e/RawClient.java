// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client that is no more than a socket, so that it can leave or dawdle at any byte. */
final class RawClient implements AutoCloseable {

    private static final int READ_LIMIT_MILLIS = 30_000;

    private final Socket socket;

    RawClient(URI base) throws IOException {
        this.socket = new Socket(base.getHost(), base.getPort());
        socket.setSoTimeout(READ_LIMIT_MILLIS);
    }

    /** A connection whose kernel takes few bytes on its own, for one that means to read slowly. */
    static RawClient dawdling(URI base, int receiveBuffer) throws IOException {
        RawClient client = new RawClient(new Socket());
        client.socket.setReceiveBufferSize(receiveBuffer);
        client.socket.connect(new InetSocketAddress(base.getHost(), base.getPort()), READ_LIMIT_MILLIS);
        return client;
    }

    /** A connection from that address. */
    static RawClient from(InetSocketAddress own, URI base) throws IOException {
        RawClient client = new RawClient(new Socket());
        client.socket.setReuseAddress(true);
        client.socket.bind(own);
        client.socket.connect(new InetSocketAddress(base.getHost(), base.getPort()), READ_LIMIT_MILLIS);
        return client;
    }

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(READ_LIMIT_MILLIS);
    }

    RawClient send(String text) throws IOException {
        out().write(text.getBytes(StandardCharsets.UTF_8));
        out().flush();
        return this;
    }

    /** A streamed chat completion of one message. */
    RawClient chat(String text, int maxTokens) throws IOException {
        String body = String.format(
                Locale.ROOT,
                "{\"model\":\"demo-8b\",\"stream\":true,\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}",
                maxTokens,
                text);
        return send("POST /v1/chat/completions HTTP/1.1\r\nHost: homing\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }

    OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    InputStream in() throws IOException {
        return socket.getInputStream();
    }

    /** Reads up to and with {@code end}, a byte at a time; what comes later stays unread. */
    String readUntil(String end) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(end, Math.max(0, read.length() - end.length())) < 0) {
            int next;
            try {
                next = in().read();
            } catch (SocketTimeoutException e) {
                throw new IOException("silence after: " + read, e);
            }
            if (next < 0) {
                throw new IOException("closed after: " + read);
            }
            read.append((char) next);
        }
        return read.toString();
    }

    /** Reads exactly so many bytes, whatever they are. */
    void skip(long bytes) throws IOException {
        byte[] block = new byte[65_536];
        for (long left = bytes; left > 0; ) {
            int read = in().read(block, 0, (int) Math.min(block.length, left));
            if (read < 0) {
                throw new IOException("closed with " + left + " of " + bytes + " bytes to come");
            }
            left -= read;
        }
    }

    /** Goes as a process that crashed: with a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Goes as a process that ended. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
