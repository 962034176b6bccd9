// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a shell, an init system and a user see it: its lines, its signals, its exit codes. */
@Tag("long")
class ProcessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void aTerminatedProxyIsNotReadyFirstThenFinishesItsStreams() throws Exception {
        try (Replicas replicas = Replicas.start(
                        1, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).decode(20));
                HomingProcess homing = HomingProcess.serving(file(replicas.yaml()))) {
            assertThat(homing.out().lines())
                    .hasSize(2)
                    .allMatch(line -> line.startsWith("homing: "))
                    .anyMatch(line -> line.startsWith("homing: listening on " + homing.clients()));
            Operator operator = new Operator(homing.operators());
            operator.awaitReady(200);
            Chat chat = new Chat(homing.clients());
            CompletableFuture<Chat.Told> stream = chat.ask(Chat.Question.alone("a long answer", 60));
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> replicas.stats(0).load().active() == 1);
            homing.signal("TERM");
            operator.awaitReady(503);
            assertThat(operator.get("/readyz").body()).contains("draining");
            assertThat(operator.get("/healthz").statusCode()).isEqualTo(200);
            Assertions.assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> new RawClient(homing.clients()).close());
            assertThat(stream).as("the stream goes on").isNotDone();
            assertThat(stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).problem())
                    .isEmpty();
            assertThat(homing.exit()).isZero();
            homing.hasNoStackTrace();
        }
    }

    @Test
    void whatStreamsAtTheDeadlineIsCutVisiblyAndItEndsAllTheSame() throws Exception {
        try (Replicas replicas = Replicas.start(
                        1, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).decode(20));
                HomingProcess homing = HomingProcess.serving(file(replicas.yaml("drain_timeout: 500ms")))) {
            new Operator(homing.operators()).awaitReady(200);
            CompletableFuture<Chat.Told> stream =
                    new Chat(homing.clients()).ask(Chat.Question.alone("a very long answer", 2_000));
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> replicas.stats(0).load().active() == 1);

            homing.signal("TERM");

            assertThat(stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).problem())
                    .startsWith("cut: ");
            assertThat(homing.exit()).isZero();
            homing.hasNoStackTrace();
        }
    }

    @Test
    void anIdleProxyEndsAtOnce() throws Exception {
        try (Replicas replicas = Replicas.start(
                        1, Replicas.fast(EngineSettings.Kind.VLLM).decode(1_000));
                HomingProcess homing = HomingProcess.serving(file(replicas.yaml()))) {
            Chat chat = new Chat(homing.clients());
            assertThat(chat.ask(Chat.Question.alone("hello", 2)).join().problem())
                    .isEmpty();
            long asked = System.nanoTime();
            homing.signal("TERM");
            assertThat(homing.exit()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(10));
            homing.hasNoStackTrace();
        }
    }

    @Test
    void aPortInUseIsOneLineAndExitOne() throws Exception {
        try (Replicas replicas = Replicas.start(1, Replicas.fast(EngineSettings.Kind.VLLM));
                HomingProcess first = HomingProcess.serving(file(replicas.yaml()))) {
            for (String taken : List.of("listen", "admin")) {
                String address = (taken.equals("listen") ? first.clients() : first.operators()).getAuthority();
                String yaml = replicas.yaml().replace(taken + ": 127.0.0.1:0", taken + ": " + address);
                try (HomingProcess second =
                        HomingProcess.start("run", "-c", file(yaml).toString())) {
                    assertThat(second.exit()).isEqualTo(1);
                    assertThat(second.err().lines().filter(line -> line.startsWith("homing: ")))
                            .singleElement()
                            .asString()
                            .contains(taken, address);
                    second.hasNoStackTrace();
                }
            }
        }
    }

    @Test
    void aBadConfigurationIsALineForEachErrorAndExitTwo() throws Exception {
        Path malformed = file("listen: [\n");
        Path noBackends = file("listen: 127.0.0.1:0\n");
        Path badKeys = file("listne: 127.0.0.1:0\nbackends: [{id: a, url: \"ftp://x\"}]\n");
        refused(directory.resolve("absent.yaml"), "no such file");
        refused(directory, "a directory");
        refused(malformed, malformed + ":");
        refused(noBackends, "backends");
        refused(badKeys, badKeys + ":1:1: listne", badKeys + ":2:");
    }

    private static void refused(Path config, String... parts) throws Exception {
        for (String command : List.of("run", "check")) {
            try (HomingProcess homing = HomingProcess.start(command, "-c", config.toString())) {
                assertThat(homing.exit()).as(command + ": " + homing.err()).isEqualTo(2);
                assertThat(homing.err()).contains(parts);
                assertThat(homing.err().lines()).allMatch(line -> line.startsWith(config.toString()));
                assertThat(homing.out()).isEmpty();
                homing.hasNoStackTrace();
            }
        }
    }

    @Test
    void aBackendThatCannotBeResolvedIsWarnedOfAndStartsDown() throws Exception {
        try (Replicas replicas =
                Replicas.start(1, Replicas.fast(EngineSettings.Kind.VLLM).decode(1_000))) {
            String yaml = replicas.yaml() + "  - {id: nowhere, url: \"http://no-such-host.invalid:9101\"}\n";
            try (HomingProcess homing = HomingProcess.serving(file(yaml))) {
                homing.awaitErr("WARN  backend nowhere (pool default) is down");
                Operator operator = new Operator(homing.operators());
                assertThat(operator.backend("nowhere").path("healthy").asBoolean())
                        .isFalse();
                Chat chat = new Chat(homing.clients());
                for (int i = 0; i < 4; i++) {
                    Chat.Told told = chat.ask(Chat.Question.alone("hello", 2)).join();
                    assertThat(told.problem()).isEmpty();
                    assertThat(told.backend()).isEqualTo(Replicas.id(0));
                }
                homing.hasNoStackTrace();
            }
        }
    }

    @Test
    void aHangupReloadsAndABadFileIsToldAndLeftOut() throws Exception {
        try (Replicas replicas = Replicas.start(1, Replicas.fast(EngineSettings.Kind.VLLM))) {
            Path file = file(replicas.yaml());
            try (HomingProcess homing = HomingProcess.serving(file)) {
                Operator operator = new Operator(homing.operators());
                homing.signal("HUP");
                awaitReloads(operator, "success");
                Files.writeString(file, "backends: 7\n");
                homing.signal("HUP");
                homing.awaitErr("configuration not reloaded, the old one stays in force");
                homing.awaitErr(file + ":1:11: backends");
                assertThat(homing.isAlive()).isTrue();
                assertThat(operator.get("/readyz").statusCode()).isEqualTo(200);
                homing.hasNoStackTrace();
            }
        }
    }

    private static void awaitReloads(Operator operator, String result) {
        Awaitility.await(result)
                .atMost(PATIENCE)
                .until(() -> operator.metrics().count("homing_config_reloads_total", "result=" + result) == 1);
    }

    @Test
    void aDemoThatStaysUpTellsWhereItsDashboardIs() throws Exception {
        try (HomingProcess demo = HomingProcess.start("demo", "--serve", "--sessions", "2", "--turns", "1")) {
            Pattern dashboard = Pattern.compile("dashboard: (http://\\S+/)\n");
            Awaitility.await("the dashboard's address")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> dashboard.matcher(demo.out()).find() || !demo.isAlive());
            Matcher told = dashboard.matcher(demo.out());
            assertThat(told.find()).as(demo.out() + demo.err()).isTrue();

            HttpResponse<String> page = new Operator(URI.create(told.group(1))).get("/");

            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).startsWith("<!doctype html>").contains("<title>homing</title>");
            demo.signal("TERM");
            assertThat(demo.exit()).isZero();
        }
    }

    @Test
    void commandsTellWhatTheyDoAndUnknownOnesExitTwo() throws Exception {
        Path file = file("backends: [{id: gpu-0, url: \"http://127.0.0.1:9101\"}]\n");
        try (HomingProcess check = HomingProcess.start("check", "-c", file.toString());
                HomingProcess version = HomingProcess.start("version");
                HomingProcess unknown = HomingProcess.start("fly");
                HomingProcess none = HomingProcess.start()) {
            assertThat(check.exit()).isZero();
            assertThat(check.out()).contains("valid", "http://127.0.0.1:8080", "gpu-0", "default");
            assertThat(version.exit()).isZero();
            assertThat(version.out())
                    .matches(
                            "(?s)homing \\S+ \\(commit \\S+\\), Java \\S+ .*, I/O (io_uring|epoll|nio), TLS (BoringSSL|JDK)\\R");
            assertThat(unknown.exit()).isEqualTo(2);
            assertThat(unknown.err()).contains("fly");
            assertThat(none.exit()).isEqualTo(2);
            for (HomingProcess each : List.of(check, version, unknown, none)) {
                each.hasNoStackTrace();
            }
        }
    }

    @Test
    void aSessionsIdStaysBetweenItsClientAndItsReplica() throws Exception {
        String marker = "a-very-private-session-7f3a9";
        try (Replicas replicas = Replicas.start(
                        2, Replicas.fast(EngineSettings.Kind.VLLM).decode(1_000));
                HomingProcess homing = HomingProcess.serving(file(replicas.yaml("limits: {body: 4KiB}")))) {
            Operator operator = new Operator(homing.operators());
            operator.awaitReady(200);
            Chat chat = new Chat(homing.clients());
            assertThat(ask(chat, marker, "hello").problem()).isEmpty();
            assertThat(replicas.homes(marker)).hasSize(1);
            assertThat(ask(chat, marker, "x".repeat(5_000)).problem()).startsWith("413");
            for (String broken : List.of("Host: a\r\nHost: b", "Host: a\r\nContent-Length: x", "No host: at all")) {
                try (RawClient client = new RawClient(homing.clients())) {
                    client.send("POST /v1/chat/completions HTTP/1.1\r\nX-Session-Id: " + marker + "\r\n" + broken
                            + "\r\n\r\n");
                    assertThat(client.readUntil("\r\n")).contains(" 400 ");
                }
            }
            String explained = operator.get("/api/explain?session=" + marker).body();
            assertThat(operator.get("/api/explain?session=" + marker + "&pool=none")
                            .body())
                    .doesNotContain(marker);
            replicas.kill(replicas.homes(marker).get(0));
            assertThat(ask(chat, marker, "hello again").problem()).isEmpty();
            String told = explained
                    + operator.get("/metrics").body()
                    + operator.get("/api/backends").body()
                    + operator.get("/api/config").body()
                    + operator.get("/api/explain?session=" + marker).body();
            homing.signal("TERM");
            assertThat(homing.exit()).isZero();
            assertThat(told).doesNotContain(marker);
            assertThat(homing.out() + homing.err()).isNotEmpty().doesNotContain(marker);
            homing.hasNoStackTrace();
        }
    }

    private static Chat.Told ask(Chat chat, String session, String text) {
        return chat.ask(new Chat.Question(session, List.of(), text, 2)).join();
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "homing", ".yaml"), yaml);
    }
}
