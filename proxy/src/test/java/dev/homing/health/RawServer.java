// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that reads one request head a connection and then does what a test says, however wrong that is. */
final class RawServer implements AutoCloseable {

    private final ServerSocket socket;
    private final Script script;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();

    RawServer(ServerSocket socket, Script script) {
        this.socket = socket;
        this.script = script;
        Thread thread = new Thread(this::serve, "raw server");
        thread.setDaemon(true);
        thread.start();
    }

    static RawServer plain(Script script) throws IOException {
        return new RawServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), script);
    }

    /** What happens after the head; the connection is closed when it returns, left open when it returns false. */
    interface Script {

        boolean answer(OutputStream out) throws IOException;

        /** Sends those bytes and closes. */
        static Script text(String answer) {
            return out -> {
                out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                return true;
            };
        }

        /** Sends those bytes and then nothing more. */
        static Script hanging(String beginning) {
            return out -> {
                out.write(beginning.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
                return false;
            };
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    /** The request heads so far, CRLFs included. */
    List<String> heads() {
        return heads;
    }

    /** The connections that were accepted, ended ones included. */
    List<Socket> connections() {
        return open;
    }

    private void serve() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                open.add(client);
                heads.add(head(client.getInputStream()));
                if (script.answer(client.getOutputStream())) {
                    client.close();
                }
            } catch (IOException closedOrCut) {
                // the client may leave in the middle; the test looks at what it got
            }
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.write(b);
            String text = head.toString(StandardCharsets.ISO_8859_1);
            if (text.endsWith("\r\n\r\n")) {
                return text;
            }
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket client : open) {
            client.close();
        }
    }
}
