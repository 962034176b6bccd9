// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** One connection to {@code /api/live}, read as slowly as a test likes. */
final class EventStream implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final BufferedReader reader;

    /** Status line and header lines. */
    final List<String> head = new ArrayList<>();

    /** One event: its name and its data. */
    record Event(String name, JsonNode data) {}

    /** @param headers lines, each with its line break */
    EventStream(int port, String method, String headers) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.getOutputStream().write((method + " /api/live HTTP/1.1\r\n" + headers + "\r\n").getBytes(UTF_8));
        reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    static EventStream open(int port) throws IOException {
        return new EventStream(port, "GET", "Host: localhost\r\n").readHead();
    }

    EventStream readHead() throws IOException {
        for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
            head.add(line);
        }
        return this;
    }

    /** The next event, past what is none; an error when the stream ends instead. */
    Event next() throws IOException {
        String name = "";
        String data = "";
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            } else if (line.startsWith("data: ")) {
                data = line.substring("data: ".length());
            } else if (line.isEmpty() && !name.isEmpty()) {
                return new Event(name, AdminJson.read(data));
            }
        }
        throw new IOException("the stream ended");
    }

    /** What is left until the other side closes. */
    String rest() throws IOException {
        StringBuilder rest = new StringBuilder();
        for (int c = reader.read(); c >= 0; c = reader.read()) {
            rest.append((char) c);
        }
        return rest.toString();
    }

    void send(String more) throws IOException {
        socket.getOutputStream().write(more.getBytes(UTF_8));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
