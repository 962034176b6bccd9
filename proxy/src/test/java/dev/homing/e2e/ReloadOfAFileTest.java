// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The configuration changes while a proxy runs. */
@Tag("long")
class ReloadOfAFileTest {

    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int SESSIONS = 12;

    @TempDir
    private Path directory;

    private Path file;
    private Replicas replicas;
    private RunningHoming homing;
    private Operator operator;
    private Chat chat;

    /** How people and programs replace a file. */
    enum Way {
        REWRITTEN {
            @Override
            void write(Path file, String text) throws IOException {
                Files.writeString(file, text);
            }
        },
        RENAMED_OVER {
            @Override
            void write(Path file, String text) throws IOException {
                Path next = Files.writeString(file.resolveSibling("next.yaml"), text);
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            }
        },
        LINK_SWAPPED {
            @Override
            void write(Path file, String text) throws IOException {
                Path target = Files.writeString(Files.createTempFile(file.getParent(), "data", ".yaml"), text);
                Path link = file.resolveSibling("link");
                Files.createSymbolicLink(link, target.getFileName());
                Files.move(link, file, StandardCopyOption.ATOMIC_MOVE);
            }
        };

        abstract void write(Path file, String text) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        replicas = Replicas.start(
                3, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).decode(1_000));
        file = Files.writeString(directory.resolve("homing.yaml"), replicas.yaml());
        homing = RunningHoming.watching(file, LOOK);
        operator = new Operator(homing.operators());
        chat = new Chat(homing.clients());
    }

    @AfterEach
    void stop() {
        homing.close();
        replicas.close();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aChangedFileIsTakenHoweverItWasReplaced(Way way) throws IOException {
        way.write(file, replicas.yaml("limits: {header_count: 77}"));
        awaitReloads("success", 1);
        assertThat(operator.get("/api/config").body()).contains(":77,");
        way.write(file, replicas.yaml("limits: {header_count: 78}"));
        awaitReloads("success", 2);
        assertThat(operator.get("/api/config").body()).contains(":78,").doesNotContain(":77,");
    }

    /** On a busy machine the proxy may have seen it by itself before; afterwards it does not in any case. */
    @Test
    void aChangeThatAnOperatorHasTakenIsNotTakenAgain() throws IOException {
        Files.writeString(file, replicas.yaml("limits: {header_count: 77}"));
        assertThat(operator.reload().statusCode()).isEqualTo(200);
        long taken = reloads("success");

        Awaitility.await().during(LOOK.multipliedBy(10)).atMost(PATIENCE).until(() -> reloads("success") == taken);
        assertThat(operator.get("/api/config").body()).contains(":77,");
        assertThat(taken).isBetween(1L, 2L);
    }

    @Test
    void aReloadOfAFileThatIsAsItWasIsOneToo() throws IOException {
        operator.state(Replicas.id(0), "drain");

        assertThat(operator.reload().statusCode()).isEqualTo(200);

        assertThat(operator.metrics().count("homing_config_reloads_total", "result=success"))
                .isEqualTo(1);
        assertThat(operator.backend(Replicas.id(0)).path("state").asText()).isEqualTo("ready");
    }

    @Test
    void aBadFileKeepsTheOldConfigurationAndTellsWhy() throws IOException {
        String config = operator.get("/api/config").body();
        Files.writeString(file, replicas.yaml("queue: {limt: 77}", "health: {interval: soon}"));
        HttpResponse<String> refused = operator.reload();
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body())
                .contains("homing.yaml:4:", "queue.limt", "homing.yaml:5:", "health.interval", "soon");
        assertThat(operator.metrics().count("homing_config_last_reload_success"))
                .isZero();
        assertThat(operator.get("/api/config").body()).isEqualTo(config);
        assertThat(chat.ask(Chat.Question.alone("still here", 2)).join().problem())
                .isEmpty();
        Files.writeString(file, replicas.yaml());
        assertThat(operator.reload().statusCode()).isEqualTo(200);
        assertThat(operator.metrics().count("homing_config_last_reload_success"))
                .isEqualTo(1);
    }

    @Test
    void unchangedBackendsKeepHealthPinsAndCounters() throws Exception {
        List<Conversation> talks = talks();
        turn(talks);
        replicas.kill(2);
        operator.awaitHealthy(Replicas.id(2), false);
        List<String> before = operator.json("/api/backends").findValuesAsText("since");
        Scrape counted = operator.metrics();

        Files.writeString(file, replicas.yaml("timeouts: {client_idle: 74s}"));
        assertThat(operator.reload().statusCode()).isEqualTo(200);
        assertThat(operator.json("/api/backends").findValuesAsText("since")).isEqualTo(before);
        assertThat(operator.backend(Replicas.id(2)).path("healthy").asBoolean()).isFalse();
        Scrape after = operator.metrics();
        for (String name : List.of(
                "homing_requests_total",
                "homing_prompt_tokens_total",
                "homing_affinity_decisions_total",
                "homing_backend_transitions_total",
                "homing_sessions")) {
            assertThat(after.count(name))
                    .as(name)
                    .isEqualTo(counted.count(name))
                    .isPositive();
        }
        List<String> unhurt = new ArrayList<>();
        unhurt.addAll(replicas.stats(0).sessions().keySet());
        unhurt.addAll(replicas.stats(1).sessions().keySet());
        turn(talks);
        for (Conversation talk : talks) {
            String decision = talk.answers().get(1).decision();
            assertThat(decision).isEqualTo(unhurt.contains(talk.session()) ? "pinned" : "repinned");
        }
        assertThat(unhurt).isNotEmpty();
    }

    @Test
    void aNewBackendTakesNewSessionsOnlyAndARemovedOnesMove() throws Exception {
        List<Conversation> talks = talks();
        turn(talks);
        try (Replicas more = Replicas.start(
                1, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).decode(1_000))) {
            String added = replicas.yaml() + more.backends("  ").replace("replica-0", "added");
            Files.writeString(file, added);
            assertThat(operator.reload().statusCode()).isEqualTo(200);
            operator.awaitHealthy("added", true);
            turn(talks);
            assertThat(more.stats(0).sessions()).isEmpty();
            assertThat(operator.metrics().count("homing_session_moves_total")).isZero();

            int its = replicas.stats(0).sessions().size();
            Files.writeString(file, added.replaceFirst("  - \\{id: replica-0.*\\R", ""));
            assertThat(operator.reload().statusCode()).isEqualTo(200);
            turn(talks);
            assertThat(its).isPositive();
            assertThat(operator.metrics().count("homing_session_moves_total", "reason=off"))
                    .isEqualTo(its);
            assertThat(replicas.stats(0).sessions().values()).allMatch(count -> count == 2);
        }
    }

    static Stream<ArgumentSet> badFiles() {
        return Stream.of(
                argumentSet("a reload with broken YAML", "backends: [\n"),
                argumentSet("a reload with doubled ids", "  - {id: replica-0, url: \"http://127.0.0.1:9\"}\n"));
    }

    @ParameterizedTest
    @MethodSource("badFiles")
    void aReloadThatIsRefusedHarmsNoLiveStream(String line) throws Exception {
        CompletableFuture<Chat.Told> stream = chat.ask(Chat.Question.alone("a long answer", 1_000));
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> replicas.sum(stats -> stats.load().active()) == 1);

        Files.writeString(file, replicas.yaml() + line);
        HttpResponse<String> refused = operator.reload();

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("homing.yaml:");
        assertThat(stream).as("the stream goes on").isNotDone();
        assertThat(stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).problem()).isEmpty();
        assertThat(chat.ask(Chat.Question.alone("still here", 2)).join().problem())
                .isEmpty();
    }

    private List<Conversation> talks() {
        return IntStream.range(0, SESSIONS)
                .mapToObj(i -> new Conversation(chat, "s-" + i))
                .toList();
    }

    private static void turn(List<Conversation> talks) throws Exception {
        for (Conversation talk : talks) {
            talk.turns(1, 2).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(talk.failures()).isEmpty();
        }
    }

    private void awaitReloads(String result, int count) {
        Awaitility.await().atMost(PATIENCE).until(() -> reloads(result) == count);
    }

    private long reloads(String result) {
        return operator.metrics().count("homing_config_reloads_total", "result=" + result);
    }
}
