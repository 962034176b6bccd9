// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The program in a process of its own, as it is started from a shell, with this test's class path in place of the jar. */
final class HomingProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** More output than this is a failure of its own. */
    private static final int MOST_OUTPUT = 1 << 20;

    private static final Pattern LISTENING = Pattern.compile("(?m)^homing: listening on (http://\\S+)");
    private static final Pattern ADMIN = Pattern.compile("(?m)^homing: admin on (http://\\S+)");

    private final Process process;
    private final Queue<String> out = new ConcurrentLinkedQueue<>();
    private final Queue<String> err = new ConcurrentLinkedQueue<>();
    private final List<Thread> readers = new ArrayList<>();

    /** Held by whoever takes in what came on standard output, or wants nobody to. */
    private final Object reading = new Object();

    private HomingProcess(Process process) {
        this.process = process;
    }

    static HomingProcess start(String... arguments) throws IOException {
        return start(List.of(), System.getProperty("java.class.path"), arguments);
    }

    /** @param before what starts it in place of this process */
    private static HomingProcess start(List<String> before, String classPath, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath,
                "dev.homing.app.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("HOMING_LOG", "debug");
        HomingProcess started = new HomingProcess(builder.start());
        started.process.getOutputStream().close();
        started.read(started.process.getInputStream(), started.out, started.reading);
        started.read(started.process.getErrorStream(), started.err, started.err);
        return started;
    }

    /** {@code homing run} with that file; returns when it serves. */
    static HomingProcess serving(Path config) throws IOException {
        return served(start("run", "-c", config.toString()));
    }

    /** {@code homing run --takeover} with that file; returns when it serves. */
    static HomingProcess takingOver(Path config) throws IOException {
        return served(start("run", "--takeover", "-c", config.toString()));
    }

    /**
     * The same, with so many open files at most. From jars, as its users start it: a class that is looked for in a directory needs a file of its own.
     *
     * @param directory for the jars
     */
    static HomingProcess limited(int files, Path config, Path directory) throws IOException {
        List<String> shell = List.of("sh", "-c", "ulimit -n " + files + "; exec \"$@\"", "sh");
        return served(start(shell, ClassJars.of(directory), "run", "-c", config.toString()));
    }

    private static HomingProcess served(HomingProcess started) {
        try {
            Awaitility.await("it serves")
                    .atMost(PATIENCE)
                    .until(() -> ADMIN.matcher(started.out()).find() || !started.process.isAlive());
            assertThat(started.process.isAlive()).as(started.err()).isTrue();
            return started;
        } catch (RuntimeException | Error e) {
            started.close();
            throw e;
        }
    }

    URI clients() {
        return found(LISTENING);
    }

    URI operators() {
        return found(ADMIN);
    }

    String out() {
        return String.join("", out);
    }

    String err() {
        return String.join("", err);
    }

    /** @param name without {@code SIG} */
    void signal(String name) throws IOException, InterruptedException {
        // The shell has a kill of its own; the program of that name is not everywhere.
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start();
        assertThat(kill.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }

    /** While that goes on nobody reads its standard output. */
    void unread(Callable<?> task) throws Exception {
        synchronized (reading) {
            task.call();
        }
    }

    /** Files that it has open. */
    int files() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", String.valueOf(process.pid()), "fd"))) {
            return Math.toIntExact(open.count());
        }
    }

    /** Time that its threads have run in all. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The exit code, when it has ended and all its output is here. */
    int exit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("it ends; stderr: %s", err())
                .isTrue();
        for (Thread reader : readers) {
            reader.join(PATIENCE.toMillis());
        }
        return process.exitValue();
    }

    void awaitErr(String part) {
        Awaitility.await("stderr says " + part).atMost(PATIENCE).until(() -> err().contains(part));
    }

    /** Nothing that only a programmer could read. */
    void hasNoStackTrace() {
        assertThat(out() + err()).doesNotContain("\tat ", "Exception", "Caused by");
    }

    private URI found(Pattern pattern) {
        Matcher matcher = pattern.matcher(out());
        assertThat(matcher.find()).as(out()).isTrue();
        return URI.create(matcher.group(1));
    }

    /** @param turn held while something is taken in */
    private void read(InputStream from, Queue<String> into, Object turn) {
        Thread reader = new Thread(() -> {
            byte[] block = new byte[8192];
            int all = 0;
            try (from) {
                for (int read = from.read(block); read >= 0; read = from.read(block)) {
                    all += read;
                    if (all > MOST_OUTPUT) {
                        process.destroyForcibly();
                        return;
                    }
                    synchronized (turn) {
                        into.add(new String(block, 0, read, StandardCharsets.UTF_8));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
