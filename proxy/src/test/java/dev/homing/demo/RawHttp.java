// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A client that shows the very bytes: one connection, one request after the other, every read bounded to ten seconds. */
final class RawHttp implements AutoCloseable {

    final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** An answer; {@code chunks} are those of the transfer coding, or the one body. */
    record Answer(List<String> head, List<String> chunks) {

        int status() {
            return Integer.parseInt(head.get(0).substring(9, 12));
        }

        String body() {
            return String.join("", chunks);
        }

        List<String> headerNames() {
            return head.stream()
                    .skip(1)
                    .map(line -> line.substring(0, line.indexOf(':')))
                    .toList();
        }
    }

    RawHttp(InetSocketAddress address) throws IOException {
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(10_000);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    void get(String path) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    void post(String path, String body, String... headers) throws IOException {
        String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        send("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + more + "Content-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    Answer answer() throws IOException {
        List<String> head = head();
        List<String> chunks = new ArrayList<>();
        for (String line : head) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length: ")) {
                chunks.add(read(Integer.parseInt(line.substring(16))));
            } else if (lower.equals("transfer-encoding: chunked")) {
                for (String chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
                    chunks.add(chunk);
                }
            }
        }
        return new Answer(head, chunks);
    }

    List<String> head() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        return lines;
    }

    /** The next chunk, empty = the last. */
    String chunk() throws IOException {
        String chunk = read(Integer.parseInt(line(), 16));
        line();
        return chunk;
    }

    /** Whether the server closes the connection within ten seconds, without a byte. */
    boolean closes() throws IOException {
        return in.read() == -1;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("closed after: " + line.toString(StandardCharsets.UTF_8));
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    private String read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("closed after " + bytes.length + " of " + length + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
