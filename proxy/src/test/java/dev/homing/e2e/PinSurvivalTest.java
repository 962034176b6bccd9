// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a session's pin outlives. Its hash alone would not: the sessions have been moved first, so only the table knows where they are. */
class PinSurvivalTest {

    private static final int SESSIONS = 12;
    private static final int OTHERS = 1_000;
    private static final int AT_ONCE = 50;
    private static final long LIMIT_SECONDS = 90;

    @TempDir
    private Path directory;

    private Replicas replicas;
    private String affinity;

    @BeforeEach
    void start() {
        replicas = Replicas.start(3, Replicas.fast(EngineSettings.Kind.VLLM).decode(5_000));
        affinity = "affinity: {snapshot: " + directory.resolve("table") + "}";
    }

    @AfterEach
    void stop() {
        replicas.close();
    }

    @Test
    void aReloadADrainManyOthersAndARestartInARow() throws Exception {
        Path file = Files.writeString(directory.resolve("homing.yaml"), replicas.yaml(affinity));
        Map<String, String> homes;
        try (RunningHoming homing = RunningHoming.of(file)) {
            Chat chat = new Chat(homing.clients());
            Operator operator = new Operator(homing.operators());
            homes = moved(chat, operator);

            Files.writeString(file, replicas.yaml(affinity, "timeouts: {client_idle: 74s}"));
            assertThat(operator.reload().statusCode()).isEqualTo(200);
            assertThat(ask(chat, "kept", SESSIONS, "pinned")).as("a reload").isEqualTo(homes);

            operator.state(Replicas.id(1), "drain");
            assertThat(ask(chat, "kept", SESSIONS, "pinned")).as("a drain").isEqualTo(homes);
            operator.state(Replicas.id(1), "ready");

            ask(chat, "other", OTHERS, "placed");
            assertThat(ask(chat, "kept", SESSIONS, "pinned")).as("many others").isEqualTo(homes);
        }
        try (RunningHoming homing = RunningHoming.of(file)) {
            assertThat(ask(new Chat(homing.clients()), "kept", SESSIONS, "pinned"))
                    .as("a restart")
                    .isEqualTo(homes);
        }
    }

    @Test
    void fiftyFirstRequestsAtOnceGoToOneReplica() {
        try (RunningHoming homing = RunningHoming.start(replicas.yaml(affinity))) {
            Chat chat = new Chat(homing.clients());
            for (int round = 0; round < 5; round++) {
                Chat.Question question = new Chat.Question("first-" + round, List.of(), "hello", 2);
                List<Chat.Told> answers = join(IntStream.range(0, AT_ONCE)
                        .mapToObj(i -> chat.ask(question))
                        .toList());

                assertThat(answers).allMatch(told -> told.problem().isEmpty());
                assertThat(answers.stream().map(Chat.Told::backend).distinct()).hasSize(1);
                assertThat(answers.stream().map(Chat.Told::decision))
                        .containsOnlyOnce("placed")
                        .containsOnly("placed", "pinned");
                assertThat(replicas.homes(question.session())).hasSize(1);
            }
        }
    }

    /** Sessions of which none is on replica 0, where a third of them began. */
    private static Map<String, String> moved(Chat chat, Operator operator) {
        assertThat(ask(chat, "kept", SESSIONS, "placed")).containsValue(Replicas.id(0));
        operator.state(Replicas.id(0), "off");
        ask(chat, "kept", SESSIONS, "");
        operator.state(Replicas.id(0), "ready");
        Map<String, String> homes = ask(chat, "kept", SESSIONS, "pinned");
        assertThat(homes).doesNotContainValue(Replicas.id(0)).containsValue(Replicas.id(1));
        return homes;
    }

    /** A request of each session: where it went. All went well, and for that reason if one is given. */
    private static Map<String, String> ask(Chat chat, String name, int sessions, String reason) {
        Map<String, String> homes = new HashMap<>();
        for (int from = 0; from < sessions; from += AT_ONCE) {
            List<CompletableFuture<Chat.Told>> asked = IntStream.range(from, Math.min(sessions, from + AT_ONCE))
                    .mapToObj(i -> chat.ask(new Chat.Question(name + "-" + i, List.of(), "hello", 1)))
                    .toList();
            for (Chat.Told told : join(asked)) {
                assertThat(told.problem()).isEmpty();
                assertThat(told.decision()).matches(reason.isEmpty() ? "pinned|repinned" : reason);
                homes.put(told.question().session(), told.backend());
            }
        }
        return homes;
    }

    private static List<Chat.Told> join(List<CompletableFuture<Chat.Told>> asked) {
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
        return asked.stream().map(CompletableFuture::join).toList();
    }
}
