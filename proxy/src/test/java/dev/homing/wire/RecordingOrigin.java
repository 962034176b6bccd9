// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A backend made of nothing but a server socket: it says the bytes that its script says, and keeps every byte that it was sent, connection by
 * connection. A thread a connection.
 */
public final class RecordingOrigin implements AutoCloseable {

    private final ServerSocket server;
    private final @Nullable SSLContext tls;
    private final IntFunction<Script> scripts;
    private final List<Conversation> conversations = new CopyOnWriteArrayList<>();

    private RecordingOrigin(ServerSocket server, @Nullable SSLContext tls, IntFunction<Script> scripts) {
        this.server = server;
        this.tls = tls;
        this.scripts = scripts;
    }

    /** What it does on one connection; the connection is closed when it returns. */
    public interface Script {

        void run(Conversation conversation) throws IOException, InterruptedException;

        /** Answers every request that comes with the same bytes, as long as the connection lasts. */
        static Script answering(String response) {
            return conversation -> {
                while (conversation.request() != null) {
                    conversation.send(response);
                }
            };
        }

        /** Takes one request, says that, and closes. */
        static Script once(String response) {
            return conversation -> {
                conversation.request();
                conversation.send(response);
            };
        }
    }

    /** The same script on every connection. */
    public static RecordingOrigin running(Script script) {
        return scripted(connection -> script);
    }

    /** A script of its own for every connection, counted from 0. */
    public static RecordingOrigin scripted(IntFunction<Script> scripts) {
        return listening(null, scripts);
    }

    /** The same script on every connection, over TLS. */
    public static RecordingOrigin running(SSLContext tls, Script script) {
        return listening(tls, connection -> script);
    }

    private static RecordingOrigin listening(@Nullable SSLContext tls, IntFunction<Script> scripts) {
        try {
            ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
            RecordingOrigin origin = new RecordingOrigin(server, tls, scripts);
            start("origin", origin::accept);
            return origin;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An address of this machine where nobody listens. */
    public static InetSocketAddress nowhere() {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /** Connections that it took so far. */
    public int connections() {
        return conversations.size();
    }

    /** All connections so far. */
    List<Conversation> conversations() {
        return conversations;
    }

    /** The connection with that number, from 0, once it has been made. */
    public Conversation conversation(int number) {
        await().atMost(Duration.ofSeconds(10)).until(() -> conversations.size() > number);
        return conversations.get(number);
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Conversation conversation : conversations) {
                conversation.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                Conversation conversation = new Conversation(socket, tls == null ? socket : secured(tls, socket));
                Script script = scripts.apply(conversations.size());
                conversations.add(conversation);
                start("origin-" + conversations.size(), () -> converse(conversation, script));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static Socket secured(SSLContext tls, Socket socket) throws IOException {
        SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, socket.getPort(), true);
        secured.setUseClientMode(false);
        return secured;
    }

    private static void converse(Conversation conversation, Script script) {
        try (conversation) {
            script.run(conversation);
        } catch (IOException | InterruptedException e) {
            conversation.failed(e);
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
