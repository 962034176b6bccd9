// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A peer that runs, with its configuration and output in a folder of its own. */
final class Subject implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Peer peer;
    private final @Nullable Process process;

    private Subject(Peer peer, @Nullable Process process) {
        this.peer = peer;
        this.process = process;
    }

    /** Starts it, and returns when it accepts connections. */
    static Subject start(Peer peer, Path parent) throws IOException, InterruptedException {
        if (peer.command().isEmpty()) {
            return new Subject(peer, null);
        }
        Path folder = Files.createTempDirectory(parent, "peer");
        for (Map.Entry<String, String> file : peer.files().entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
        List<String> command = new ArrayList<>();
        for (String word : peer.command()) {
            command.add(
                    word.startsWith("{")
                            ? folder.resolve(word.substring(1, word.length() - 1))
                                    .toString()
                            : word);
        }
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(output.toFile()))
                .start();
        Subject subject = new Subject(peer, process);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!accepts(peer.port())) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                subject.close();
                throw new IllegalStateException(
                        peer.name() + " does not listen on port " + peer.port() + ":\n" + Files.readString(output));
            }
            Thread.sleep(50);
        }
        return subject;
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    Peer peer() {
        return peer;
    }

    /** What the kernel knows it by; null where there is no proxy. */
    @Nullable ProcessHandle process() {
        return process == null ? null : process.toHandle();
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
