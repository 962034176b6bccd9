// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A backend that breaks: request by request as its {@link Act}s say, and now and then as a whole, when it drops its connections, does not accept any,
 * or restarts on its old port. A thread a connection, one that accepts, and one that breaks it.
 */
final class FaultyBackend implements AutoCloseable {

    /** Connections that the kernel takes while none is accepted: the next ones hang. */
    private static final int BACKLOG = 8;

    /** A port that somebody else was given meanwhile is free again by then. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final int number;
    private final Ledger ledger;
    private final Set<FaultyConnection> open = ConcurrentHashMap.newKeySet();
    private final InetSocketAddress address;

    /** Used by the test, and by the thread that breaks it while there is one. */
    private final Chance chance;

    /** Written by the thread that breaks it. */
    private volatile ServerSocket server;

    private volatile boolean deaf;

    /** Written by the test. */
    private volatile boolean healed = true;

    private volatile boolean closed;
    private Thread weather = new Thread();

    private FaultyBackend(int number, Chance chance, Ledger ledger) throws IOException {
        this.number = number;
        this.chance = chance;
        this.ledger = ledger;
        this.server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        this.address = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
        listen(server);
    }

    static FaultyBackend start(int number, long seed, Ledger ledger) throws IOException {
        return new FaultyBackend(number, Chance.of(seed, "backend-" + number), ledger);
    }

    int number() {
        return number;
    }

    String id() {
        return "gpu-" + number;
    }

    String url() {
        return "http://127.0.0.1:" + address.getPort();
    }

    Ledger ledger() {
        return ledger;
    }

    /** Whether it does only what is right from now on. */
    boolean healed() {
        return healed;
    }

    /** Connections that it has. */
    int connections() {
        return open.size();
    }

    /** Breaks from now on. */
    void worsen() {
        healed = false;
        Chance when = chance.split();
        weather = Threads.start("weather-" + number, () -> breakNowAndThen(when));
    }

    /** Breaks no more; returns when it listens for good. */
    void heal() throws InterruptedException {
        healed = true;
        weather.interrupt();
        weather.join();
    }

    void over(FaultyConnection connection) {
        open.remove(connection);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        healed = true;
        weather.interrupt();
        server.close();
        dropAll(true);
    }

    private void breakNowAndThen(Chance when) {
        try {
            while (!healed) {
                Thread.sleep(when.between(300, 2_500));
                switch (when.between(0, 3)) {
                    case 0 -> restart(when);
                    case 1 -> hearNothing(when.between(100, 1_500));
                    case 2 -> dropIdle(when.in(50));
                    default -> dropAll(true);
                }
            }
        } catch (InterruptedException e) {
            // Healed.
        } catch (IOException e) {
            ledger.wrong("backend " + number + " cannot listen again: " + e);
        }
    }

    private void restart(Chance when) throws IOException, InterruptedException {
        server.close();
        dropAll(when.in(50));
        try {
            Thread.sleep(when.between(10, 600));
        } finally {
            listenAgain();
        }
    }

    private void listenAgain() throws IOException {
        long latest = System.nanoTime() + PATIENCE_NANOS;
        while (!closed) {
            try {
                ServerSocket again = new ServerSocket();
                again.setReuseAddress(true);
                again.bind(address, BACKLOG);
                server = again;
                listen(again);
                return;
            } catch (BindException e) {
                if (System.nanoTime() - latest > 0) {
                    throw e;
                }
            }
        }
    }

    private void hearNothing(int millis) throws InterruptedException {
        deaf = true;
        try {
            Thread.sleep(millis);
        } finally {
            deaf = false;
        }
    }

    private void dropIdle(boolean reset) {
        List.copyOf(open).stream()
                .filter(connection -> !connection.busy())
                .forEach(connection -> connection.end(reset));
    }

    private void dropAll(boolean reset) {
        List.copyOf(open).forEach(connection -> connection.end(reset));
    }

    private void listen(ServerSocket listening) {
        Chance chances = chance.split();
        Threads.start("backend-" + number, () -> accept(listening, chances));
    }

    private void accept(ServerSocket listening, Chance chances) {
        try {
            while (!closed) {
                while (deaf) {
                    Thread.sleep(5);
                }
                Socket socket = listening.accept();
                socket.setTcpNoDelay(true);
                FaultyConnection connection = new FaultyConnection(this, socket, chances.split());
                open.add(connection);
                Threads.start("connection-" + number, connection);
            }
        } catch (IOException | InterruptedException e) {
            // Restarted, or closed.
        }
    }
}
