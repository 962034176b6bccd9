// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis on a free port, with nothing on disk. Tests with it run where Debian's package redis-server is installed; {@code -Dhoming.redis=required}
 * asks for it.
 */
public final class RedisServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int TIMEOUT_MILLIS = 5_000;

    private final int port;
    private final List<String> command;

    /** Of its own: one that replicates keeps a copy in it, whatever its settings, and takes that for its own when it starts. */
    private final Path folder;

    private Process process;

    private RedisServer(int port, Path folder, List<String> command) {
        this.port = port;
        this.folder = folder;
        this.command = command;
        this.process = launch();
    }

    /** For {@code @EnabledIf}: tells it when such tests are left out. */
    public static boolean installed() {
        boolean there = "required".equals(System.getProperty("homing.redis"))
                || List.of("/usr/bin/redis-server", "/usr/local/bin/redis-server").stream()
                        .anyMatch(path -> new java.io.File(path).canExecute());
        if (!there) {
            System.err.println("tests with a real Redis are left out: no redis-server is installed");
        }
        return there;
    }

    /**
     * One that is ready.
     *
     * @param options as on its command line
     */
    public static RedisServer start(String... options) {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of("redis-server", "--port", String.valueOf(port)));
        command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
        command.addAll(List.of(options));
        return ready(new RedisServer(port, folder(), command));
    }

    /** A Sentinel that has another server take a master's place on its own authority, a second after that one has fallen silent. */
    public static RedisServer sentinel(String name, RedisServer master) {
        int port = freePort();
        String settings = """
                port %d
                bind 127.0.0.1
                sentinel monitor %s 127.0.0.1 %d 1
                sentinel down-after-milliseconds %s 1000
                sentinel failover-timeout %s 5000
                """.formatted(port, name, master.port(), name, name);
        Path folder = folder();
        try {
            Path file = Files.writeString(folder.resolve("sentinel.conf"), settings);
            return ready(new RedisServer(port, folder, List.of("redis-server", file.toString(), "--sentinel")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("homing-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RedisServer ready(RedisServer server) {
        try {
            server.awaitReady();
            return server;
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    /** One that nobody listens on now. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch() {
        try {
            Files.deleteIfExists(folder.resolve("dump.rdb"));
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                    .directory(folder.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady() {
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> !say("PING").isEmpty());
    }

    public int port() {
        return port;
    }

    /** How many keys it has. */
    public long size() {
        return Long.parseLong(say("DBSIZE").substring(1));
    }

    /** Its address, as a configuration has it. */
    public String url() {
        return "redis://127.0.0.1:" + port + "/0";
    }

    /** The same with a password. */
    public String url(String password) {
        return "redis://:" + password + "@127.0.0.1:" + port + "/0";
    }

    /** What it says to a command, with its type in front: {@code +OK}, {@code :1}, {@code $text}, {@code -ERR}; lists as lines. */
    public String say(String... command) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            OutputStream out = socket.getOutputStream();
            StringBuilder request = new StringBuilder("*" + command.length + "\r\n");
            for (String word : command) {
                request.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            out.write(request.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
            return reply(new DataInputStream(new BufferedInputStream(socket.getInputStream())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String reply(DataInputStream in) throws IOException {
        String line = line(in);
        char type = line.charAt(0);
        if (type == '$' && !line.equals("$-1")) {
            byte[] text = new byte[Integer.parseInt(line.substring(1))];
            in.readFully(text);
            line(in);
            return "$" + new String(text, StandardCharsets.UTF_8);
        }
        if (type == '*') {
            List<String> items = new ArrayList<>();
            for (int left = Integer.parseInt(line.substring(1)); left > 0; left--) {
                items.add(reply(in));
            }
            return String.join("\n", items);
        }
        return line;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("redis-server closed the connection");
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private Path output() {
        return folder.resolve("redis.log");
    }

    /** What it has logged, for a failure's message. */
    public String log() {
        try {
            return Files.readString(output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many commands of each name it has run, those inside of scripts included. */
    public Map<String, Long> commands() {
        return Pattern.compile("(?m)^cmdstat_([a-z|_-]+):calls=(\\d+)")
                .matcher(say("INFO", "commandstats"))
                .results()
                .collect(Collectors.toMap(found -> found.group(1), found -> Long.parseLong(found.group(2))));
    }

    /** Ends at once, without a word. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Starts anew on the same port, with nothing in its memory. */
    public void restart() {
        process = launch();
        awaitReady();
    }

    /** Answers nobody any more, without closing a connection. */
    public void freeze() {
        signal("-STOP");
    }

    public void thaw() {
        signal("-CONT");
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill " + name + " " + process.pid()).start();
            assertThat(kill.waitFor()).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void awaitEnd() {
        @Nullable Process ending = process;
        Awaitility.await().atMost(PATIENCE).until(() -> !ending.isAlive());
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitEnd();
        try (Stream<Path> left = Files.walk(folder)) {
            left.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
