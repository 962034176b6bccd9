// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Milliseconds from the start of {@code homing run} to the first request that it answers, with the archives that a JVM can keep of an earlier run and
 * without, in turn, so that what a machine does meanwhile falls on all of them. The backend is this process.
 *
 * <p>Arguments: the jar, the number of rounds (9), and flags of the JVM. The AOT cache takes a JDK 25 or newer.
 */
public final class StartTime {

    private static final byte[] ASK =
            "GET /v1/start HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWERED = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
    private static final int JDK_WITH_AOT = 25;

    private final Path jar;
    private final List<String> flags;
    private final Path folder;
    private final int port;

    private StartTime(Path jar, List<String> flags, Path folder, int port) {
        this.jar = jar;
        this.flags = flags;
        this.folder = folder;
        this.port = port;
    }

    /** Prints a table in Markdown. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path jar = Path.of(arguments.length > 0 ? arguments[0] : "proxy/target/homing.jar");
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 9;
        List<String> flags = arguments.length > 2 ? List.of(arguments).subList(2, arguments.length) : List.of();
        HttpServer backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        backend.start();
        try {
            Path folder = Files.createTempDirectory("homing-start");
            int port = freePort();
            Files.writeString(
                    folder.resolve("homing.yaml"),
                    "listen: 127.0.0.1:%d%nadmin: 127.0.0.1:0%nbackends: [{id: b, url: \"http://127.0.0.1:%d\"}]%n"
                            .formatted(port, backend.getAddress().getPort()));
            new StartTime(jar, flags, folder, port).compare(rounds, System.out);
        } finally {
            backend.stop(0);
        }
    }

    private void compare(int rounds, PrintStream out) throws IOException, InterruptedException {
        Map<String, List<String>> ways = new LinkedHashMap<>();
        ways.put("nothing", List.of());
        start(List.of("-XX:ArchiveClassesAtExit=" + folder.resolve("homing.jsa")));
        ways.put("AppCDS", List.of("-XX:SharedArchiveFile=" + folder.resolve("homing.jsa")));
        if (Runtime.version().feature() >= JDK_WITH_AOT) {
            start(List.of("-XX:AOTCacheOutput=" + folder.resolve("homing.aot")));
            ways.put("AOT cache", List.of("-XX:AOTCache=" + folder.resolve("homing.aot")));
        }
        Map<String, double[]> millis = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, List<String>> way : ways.entrySet()) {
                millis.computeIfAbsent(way.getKey(), any -> new double[rounds])[round] = start(way.getValue());
            }
        }
        out.println("| kept of an earlier run | median, ms | least, ms |\n|---|---|---|");
        millis.forEach((way, all) -> {
            Arrays.sort(all);
            out.printf(Locale.ROOT, "| %s | %.0f | %.0f |%n", way, all[all.length / 2], all[0]);
        });
    }

    /** Runs it until it has answered, and ends it in good order; returns the milliseconds that it took. */
    private double start(List<String> archive) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(archive);
        command.addAll(List.of(
                "-jar",
                jar.toString(),
                "run",
                "-c",
                folder.resolve("homing.yaml").toString()));
        File log = folder.resolve("homing.log").toFile();
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        try {
            while (!answered()) {
                if (!process.isAlive() || System.nanoTime() - begin > PATIENCE) {
                    throw new IOException(Files.readString(log.toPath()));
                }
                Thread.sleep(1);
            }
            return (System.nanoTime() - begin) / 1e6;
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private boolean answered() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(ASK);
            InputStream in = socket.getInputStream();
            return Arrays.equals(in.readNBytes(ANSWERED.length), ANSWERED);
        } catch (IOException e) {
            return false; // nobody listens yet
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
