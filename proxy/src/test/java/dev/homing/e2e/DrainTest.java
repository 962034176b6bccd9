// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A replica is taken out of service over the admin API: at leisure, by a deadline, or at once. */
@Tag("long")
class DrainTest {

    private static final int SESSIONS = 12;
    private static final int TARGET = 1;
    private static final int SHORT = 2;
    private static final int DECODE = 200;

    /** Four seconds: longer than any deadline here. */
    private static final int LONG = 800;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Replicas replicas;
    private RunningHoming homing;
    private Operator operator;
    private Chat chat;

    private void start(String affinity) {
        replicas = Replicas.start(3, Replicas.fast(EngineSettings.Kind.VLLM).decode(DECODE));
        homing = RunningHoming.start(replicas.yaml("affinity: " + affinity));
        operator = new Operator(homing.operators());
        chat = new Chat(homing.clients());
    }

    @AfterEach
    void stop() {
        homing.close();
        replicas.close();
    }

    @Test
    void atTheDeadlineWhatIsLeftMovesAndWhatRunsIsFinished() {
        start("{}");
        List<String> its = sessionsOfTarget(ask("old", List.of(), "placed", ""));
        List<CompletableFuture<Chat.Told>> running = its.stream()
                .map(session -> chat.ask(new Chat.Question(session, List.of(), "a long one", LONG)))
                .toList();
        Awaitility.await("its streams run")
                .atMost(PATIENCE)
                .until(() -> replicas.stats(TARGET).load().active() == its.size());

        drain("1s");
        assertThat(state()).isEqualTo("drain");
        Map<String, String> newcomers = ask("new", List.of(), "placed", "");
        awaitState("off");
        Map<String, String> moved = ask("old", its, "pinned", "repinned");

        assertThat(newcomers).doesNotContainValue(Replicas.id(TARGET));
        assertThat(moved).doesNotContainValue(Replicas.id(TARGET));
        assertThat(operator.metrics().count("homing_session_moves_total", "reason=drain"))
                .isEqualTo(operator.metrics().count("homing_session_moves_total"))
                .isEqualTo(its.size());
        assertThat(operator.backend(Replicas.id(TARGET)).path("sessions").asInt())
                .isZero();
        assertThat(operator.backend(Replicas.id(TARGET)).path("reason").asText())
                .isEqualTo("drained past its deadline");
        for (CompletableFuture<Chat.Told> stream : running) {
            Chat.Told told =
                    stream.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            assertThat(told.problem()).isEmpty();
            assertThat(told.backend()).isEqualTo(Replicas.id(TARGET));
        }
        assertThat(ask("old", List.of(), "pinned", "")).isEqualTo(moved);
    }

    @Test
    void withoutADeadlineItEmptiesAsItsSessionsGoIdle() {
        start("{idle_ttl: 1s}");
        List<String> its = sessionsOfTarget(ask("idle", List.of(), "placed", ""));

        operator.state(Replicas.id(TARGET), "drain");
        Awaitility.await("nobody is left")
                .atMost(PATIENCE)
                .until(() ->
                        operator.backend(Replicas.id(TARGET)).path("sessions").asInt() == 0);

        assertThat(state()).isEqualTo("drain");
        Map<String, String> again = ask("idle", List.of(), "placed", "");
        assertThat(again).containsKeys(its.toArray(String[]::new)).doesNotContainValue(Replicas.id(TARGET));
        assertThat(operator.metrics().count("homing_session_moves_total")).isZero();
    }

    @Test
    void aDrainThatIsTakenBackInTimeMovesNobody() {
        start("{}");
        Map<String, String> homes = ask("kept", List.of(), "placed", "");
        drain("2s");
        assertThat(ask("kept", List.of(), "pinned", "")).isEqualTo(homes);
        operator.state(Replicas.id(TARGET), "ready");

        Awaitility.await("past the deadline")
                .during(Duration.ofSeconds(3))
                .atMost(PATIENCE)
                .until(() -> state().equals("ready"));
        assertThat(ask("kept", List.of(), "pinned", "")).isEqualTo(homes);
        assertThat(operator.metrics().count("homing_session_moves_total")).isZero();
    }

    @Test
    void offMovesAtOnceAndWhatRunsIsFinished() {
        start("{}");
        List<String> its = sessionsOfTarget(ask("s", List.of(), "placed", ""));
        CompletableFuture<Chat.Told> running = chat.ask(new Chat.Question(its.get(0), List.of(), "a long one", LONG));
        Awaitility.await("its stream runs")
                .atMost(PATIENCE)
                .until(() -> replicas.stats(TARGET).load().active() == 1);

        operator.state(Replicas.id(TARGET), "off");

        assertThat(ask("s", its, "pinned", "repinned")).doesNotContainValue(Replicas.id(TARGET));
        assertThat(operator.metrics().count("homing_session_moves_total", "reason=off"))
                .isEqualTo(its.size());
        assertThat(running.isDone()).isFalse();
        Chat.Told told =
                running.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        assertThat(told.problem()).isEmpty();
        assertThat(told.backend()).isEqualTo(Replicas.id(TARGET));
    }

    private void drain(String deadline) {
        HttpResponse<String> response = operator.put(
                "/api/backends/" + Replicas.id(TARGET) + "/state",
                "{\"state\":\"drain\",\"deadline\":\"" + deadline + "\"}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    private String state() {
        return operator.backend(Replicas.id(TARGET)).path("state").asText();
    }

    private void awaitState(String state) {
        Awaitility.await(state).atMost(PATIENCE).until(() -> state().equals(state));
    }

    /** A turn of each session: where it went, when that was for {@code reason}, and with {@code those} for {@code theirs}. */
    private Map<String, String> ask(String name, List<String> those, String reason, String theirs) {
        Map<String, String> homes = new HashMap<>();
        IntStream.range(0, SESSIONS).forEach(i -> {
            String session = name + "-" + i;
            Chat.Told told = chat.ask(new Chat.Question(session, List.of(), "hello", SHORT))
                    .join();
            assertThat(told.problem()).isEmpty();
            assertThat(told.decision()).as(session).isEqualTo(those.contains(session) ? theirs : reason);
            homes.put(session, told.backend());
        });
        return homes;
    }

    private static List<String> sessionsOfTarget(Map<String, String> homes) {
        List<String> its = homes.entrySet().stream()
                .filter(entry -> entry.getValue().equals(Replicas.id(TARGET)))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(its).isNotEmpty();
        return its;
    }
}
