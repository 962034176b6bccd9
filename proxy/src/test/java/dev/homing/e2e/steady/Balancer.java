// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.steady;

import dev.homing.e2e.storm.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP balancer that knows nothing of what it carries: each connection goes to the next server in turn, and where one refuses to the one after. What
 * happens on one side, its end or a reset, happens on the other. Two threads a connection.
 */
final class Balancer implements AutoCloseable {

    private final ServerSocket door;
    private final List<InetSocketAddress> servers;
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    private Balancer(ServerSocket door, List<InetSocketAddress> servers) {
        this.door = door;
        this.servers = List.copyOf(servers);
    }

    static Balancer before(List<InetSocketAddress> servers) throws IOException {
        Balancer balancer = new Balancer(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), servers);
        Threads.start("balancer", balancer::accept);
        return balancer;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(door.getInetAddress(), door.getLocalPort());
    }

    /** How often a server refused a connection, which then went to another one. */
    int refused() {
        return refused.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                Threads.start("balanced", () -> carry(client));
            }
        } catch (IOException closed) {
            // Closed.
        }
    }

    private void carry(Socket client) {
        Socket server;
        try {
            server = connect();
        } catch (IOException nobody) {
            reset(client);
            return;
        }
        Threads.start("balanced-back", () -> copy(server, client));
        copy(client, server);
    }

    private Socket connect() throws IOException {
        int first = turn.getAndIncrement();
        for (int tries = 0; ; tries++) {
            InetSocketAddress server = servers.get(Math.floorMod(first + tries, servers.size()));
            try {
                return new Socket(server.getAddress(), server.getPort());
            } catch (ConnectException e) {
                refused.incrementAndGet();
                if (tries == servers.size()) {
                    throw e;
                }
            }
        }
    }

    /** One direction, until it ends; whoever ends last closes both. */
    private static void copy(Socket from, Socket to) {
        byte[] block = new byte[16_384];
        try {
            from.setTcpNoDelay(true);
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                out.write(block, 0, read);
            }
            to.shutdownOutput();
            if (from.isOutputShutdown()) {
                from.close();
                to.close();
            }
        } catch (IOException e) {
            reset(from);
            reset(to);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It was over.
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
