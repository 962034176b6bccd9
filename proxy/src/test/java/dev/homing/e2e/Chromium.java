// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A Chromium without a screen, as Debian's package {@code chromium} installs it, with a fresh profile. */
final class Chromium implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/bin/chromium");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path profile;
    private final int port;

    private Chromium(Process process, Path profile) {
        this.process = process;
        this.profile = profile;
        Path told = profile.resolve("DevToolsActivePort");
        Awaitility.await("Chromium listens").atMost(PATIENCE).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("Chromium ended:\n" + Files.readString(profile.resolve("log")));
            }
            return Files.exists(told) && Files.readAllLines(told).size() >= 2;
        });
        this.port = Integer.parseInt(lines(told).get(0));
    }

    static Chromium start() {
        if (!Files.isExecutable(PROGRAM)) {
            throw new AssertionError(
                    PROGRAM + ": missing (expected: Debian's package chromium, or no -Dhoming.chromium=required)");
        }
        try {
            Path profile = Files.createTempDirectory("homing-chromium");
            Process process = new ProcessBuilder(
                            PROGRAM.toString(),
                            "--headless=new",
                            // its sandbox needs what containers do not give, and it is shown our own page only
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--hide-scrollbars",
                            "--force-color-profile=srgb",
                            "--lang=en-US",
                            "--remote-debugging-port=0",
                            "--user-data-dir=" + profile,
                            "about:blank")
                    .redirectErrorStream(true)
                    .redirectOutput(profile.resolve("log").toFile())
                    .start();
            try {
                return new Chromium(process, profile);
            } catch (RuntimeException | Error e) {
                end(process);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new page, still empty. */
    BrowserPage page() {
        URI api = URI.create("http://127.0.0.1:" + port + "/json/new?about:blank");
        try {
            String told = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(api)
                                    .PUT(HttpRequest.BodyPublishers.noBody())
                                    .timeout(PATIENCE)
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            String socket = new ObjectMapper()
                    .readTree(told)
                    .path("webSocketDebuggerUrl")
                    .asText();
            return new BrowserPage(new DevTools(URI.create(socket)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        end(process);
        Awaitility.await("its profile is gone").atMost(PATIENCE).until(() -> delete(profile));
    }

    private static void end(Process process) {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        try {
            process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** False while a process that is ending still writes there. */
    private static boolean delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(one);
            }
            return true;
        } catch (IOException | UncheckedIOException busy) {
            return !Files.exists(folder);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
