// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.steady;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.homing.e2e.storm.HttpHead;
import dev.homing.e2e.storm.Payload;
import dev.homing.e2e.storm.Threads;
import dev.homing.e2e.storm.WireReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A backend that answers each request with a stream of as many events as that asks for, one each {@link #PACE}, and never breaks. A thread a
 * connection.
 */
final class SteadyBackend implements AutoCloseable {

    static final Duration PACE = Duration.ofMillis(100);

    /** What a request asks with, and what the answer carries back. */
    static final String NONCE = "x-nonce";

    static final String EVENTS = "x-events";

    /** Who answers, by its own word. */
    static final String NAME = "x-name";

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "Transfer-Encoding: chunked\r\n" + NONCE + ": %s\r\n" + NAME + ": %s\r\n\r\n";

    private final String id;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger streams = new AtomicInteger();

    private SteadyBackend(String id, ServerSocket server) {
        this.id = id;
        this.server = server;
    }

    static SteadyBackend start(String id) throws IOException {
        SteadyBackend backend = new SteadyBackend(id, new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()));
        Threads.start(id, backend::accept);
        return backend;
    }

    String id() {
        return id;
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** Streams that it is sending. */
    int streams() {
        return streams.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                Threads.start(id + "-connection", () -> serve(socket));
            }
        } catch (IOException closed) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            WireReader in = new WireReader(socket.getInputStream());
            for (HttpHead head = in.head(); head != null; head = in.head()) {
                in.requestBody(head);
                answer(head, socket.getOutputStream());
            }
        } catch (IOException | InterruptedException e) {
            // The proxy has gone, or this side was closed.
        } finally {
            open.remove(socket);
        }
    }

    private void answer(HttpHead asked, OutputStream out) throws IOException, InterruptedException {
        String nonce = asked.value(NONCE);
        if (nonce == null) {
            say(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
            return;
        }
        streams.incrementAndGet();
        try {
            say(out, HEAD.formatted(nonce, id));
            int events = Integer.parseInt(Objects.requireNonNull(asked.value(EVENTS)));
            for (String event : Payload.answer(nonce, events).split("(?<=\n\n)", -1)) {
                if (!event.isEmpty()) {
                    TimeUnit.NANOSECONDS.sleep(PACE.toNanos());
                    say(out, Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
                }
            }
        } finally {
            streams.decrementAndGet();
        }
        say(out, "0\r\n\r\n");
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
