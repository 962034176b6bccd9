// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.homing.app.RunningHoming;
import dev.homing.config.Telemetry;
import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The access log of a whole proxy in front of replicas. */
@Tag("long")
class AccessLogFileTest {

    private static final int SESSIONS = 6;
    private static final int TURNS = 3;

    /** Turns of conversations whose prompts are many blocks. */
    private static final int LONG = 20;

    /** Requests whose lines are several times the 64 KiB of a pipe. */
    private static final int MORE_THAN_A_PIPE_HOLDS = 1_000;

    private final ObjectMapper mapper = new ObjectMapper();

    @TempDir
    private Path directory;

    private Path file;
    private Replicas replicas;

    @BeforeEach
    void start() {
        file = directory.resolve("access.log");
        replicas = Replicas.start(
                2, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).decode(1_000));
    }

    @AfterEach
    void stop() {
        replicas.close();
    }

    private String yaml() {
        return replicas.yaml("access_log: {path: " + file + "}");
    }

    private List<JsonNode> lines(Path log) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            lines.add(mapper.readTree(line));
        }
        return lines;
    }

    private static void talk(Chat chat, int turns) {
        for (int i = 0; i < SESSIONS; i++) {
            Conversation talk = new Conversation(chat, "talk-" + i);
            talk.turns(turns, 2).join();
            assertThat(talk.failures()).isEmpty();
        }
    }

    @Test
    void theLogTellsWhatTheReplicasServed() throws Exception {
        try (RunningHoming homing = RunningHoming.start(yaml())) {
            talk(new Chat(homing.clients()), TURNS);
        }

        List<JsonNode> lines = lines(file);
        assertThat(lines).hasSize(SESSIONS * TURNS);
        assertThat(lines.stream().map(line -> line.get("session").textValue()).distinct())
                .hasSize(SESSIONS)
                .allMatch(session -> session.matches("[0-9a-f]{16}"));
        assertThat(lines.stream().map(line -> line.get("decision").textValue()))
                .containsOnly("placed", "pinned")
                .filteredOn("placed"::equals)
                .hasSize(SESSIONS);
        assertThat(lines.stream()
                        .mapToLong(line -> line.get("prompt_tokens").longValue())
                        .sum())
                .isEqualTo(replicas.sum(stats -> stats.tokens().prompt()));
        assertThat(lines.stream()
                        .mapToLong(line -> line.get("cached_tokens").longValue())
                        .sum())
                .isEqualTo(replicas.sum(stats -> stats.tokens().cached()));
        assertThat(lines)
                .allMatch(line -> line.get("ttft_ms").doubleValue()
                        <= line.get("total_ms").doubleValue());
        assertThat(Files.readString(file)).doesNotContain("talk-");
    }

    @ParameterizedTest
    @EnumSource(Telemetry.Format.class)
    void theSimulationMakesOfItWhatTheReplicasServed(Telemetry.Format format) throws Exception {
        String lower = format.name().toLowerCase(Locale.ROOT);
        try (RunningHoming homing =
                RunningHoming.start(replicas.yaml("access_log: {path: " + file + ", format: " + lower + "}"))) {
            talk(new Chat(homing.clients()), LONG);
        }

        double served = (double) replicas.sum(stats -> stats.tokens().cached())
                / replicas.sum(stats -> stats.tokens().prompt());
        try (HomingProcess simulate = HomingProcess.start(
                "simulate", file.toString(), "--backends", "2", "--policy", "round_robin,rendezvous", "--json")) {
            assertThat(simulate.exit()).as(simulate.err()).isZero();
            JsonNode rows = mapper.readTree(simulate.out());
            assertThat(rows.findValuesAsText("trace")).containsExactly("access.log", "access.log");
            assertThat(rows.get(0).get("requests").intValue())
                    .as("but for the first tenth of the time")
                    .isBetween(SESSIONS * LONG / 2, SESSIONS * LONG);
            assertThat(rows.get(1).get("cached_ratio").doubleValue())
                    .as("what the proxy's sessions found in the caches, to a block of 64 tokens a prompt")
                    .isCloseTo(served, within(0.05));
            assertThat(rows.get(0).get("cached_ratio").doubleValue())
                    .as("what they would have found by round robin")
                    .isLessThan(served - 0.05);
        }
    }

    @Test
    void aRotatedFileIsLeftEvenWhenTheConfigurationIsRefused() throws Exception {
        Path config = Files.writeString(directory.resolve("homing.yaml"), yaml());
        Path old = directory.resolve("access.log.1");
        try (RunningHoming homing = RunningHoming.watching(config, Duration.ofMinutes(1))) {
            Chat chat = new Chat(homing.clients());
            talk(chat, 1);
            Files.move(file, old);
            Files.writeString(config, yaml() + "nonsense: 1\n");
            homing.reload();
            await().until(() -> Files.exists(file));
            talk(chat, 2);
        }

        assertThat(lines(old)).hasSize(SESSIONS);
        assertThat(lines(file)).hasSize(2 * SESSIONS);
    }

    @Test
    void aReloadTurnsItOnAndRefusesAFileThatCannotBeWritten() throws Exception {
        Path config = Files.writeString(directory.resolve("homing.yaml"), replicas.yaml());
        try (RunningHoming homing = RunningHoming.watching(config, Duration.ofMinutes(1))) {
            Operator operator = new Operator(homing.operators());
            Chat chat = new Chat(homing.clients());
            talk(chat, 1);
            Files.writeString(config, yaml());
            assertThat(operator.reload().statusCode()).isEqualTo(200);
            talk(chat, 1);

            Files.writeString(config, replicas.yaml("access_log: {path: " + directory + "/no/log}"));
            HttpResponse<String> refused = operator.reload();
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body())
                    .contains("access_log.path: " + directory + "/no/log: cannot be written: no such directory");
            talk(chat, 1);
            assertThat(operator.metrics().count("homing_access_log_dropped_total"))
                    .isZero();
        }

        assertThat(lines(file)).hasSize(2 * SESSIONS);
    }

    @Test
    void aProxyThatCannotWriteItDoesNotStart() throws Exception {
        Path config = Files.writeString(
                directory.resolve("homing.yaml"), replicas.yaml("access_log: {path: " + directory + "}"));
        try (HomingProcess homing = HomingProcess.start("run", "-c", config.toString())) {
            assertThat(homing.exit()).isEqualTo(1);
            assertThat(homing.err())
                    .contains("homing: access_log.path: " + directory + ": cannot be written: Is a directory");
            homing.hasNoStackTrace();
        }
    }

    @Test
    void onStandardOutputItIsWholeAtTheEnd() throws Exception {
        Path config = Files.writeString(
                directory.resolve("homing.yaml"), replicas.yaml("access_log: {path: stdout, format: logfmt}"));
        try (HomingProcess homing = HomingProcess.serving(config)) {
            talk(new Chat(homing.clients()), TURNS);
            homing.signal("TERM");

            assertThat(homing.exit()).isZero();
            assertThat(homing.out().lines().filter(line -> line.startsWith("time=")))
                    .hasSize(SESSIONS * TURNS)
                    .allMatch(line -> line.contains(" status=200 "));
            homing.hasNoStackTrace();
        }
    }

    @Test
    void whenNobodyReadsStandardOutputNoRequestWaitsAndNeitherDoesTheEnd() throws Exception {
        Path config = Files.writeString(directory.resolve("homing.yaml"), replicas.yaml("access_log: {path: stdout}"));
        try (HomingProcess homing = HomingProcess.serving(config);
                RawClient client = new RawClient(homing.clients())) {
            homing.unread(() -> {
                ask(client, MORE_THAN_A_PIPE_HOLDS);
                homing.signal("TERM");
                await().atMost(Duration.ofSeconds(20)).until(() -> !homing.isAlive());
                return null;
            });

            assertThat(homing.exit()).isZero();
            assertThat(homing.err()).contains("access log: its last lines are not written within 5 s, and lost");
        }
    }

    private static void ask(RawClient client, int times) throws IOException {
        client.send("GET /health HTTP/1.1\r\nHost: h\r\n\r\n".repeat(times));
        StringBuilder answers = new StringBuilder();
        byte[] block = new byte[1 << 20];
        while (answers.toString().split("HTTP/1.1 200 ", -1).length - 1 < times
                || !answers.toString().endsWith("}")) {
            int read = client.in().read(block);
            assertThat(read).as("it goes on").isPositive();
            answers.append(new String(block, 0, read, StandardCharsets.US_ASCII));
        }
    }
}
