// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replicas go and come back, and so do their sessions, or not. */
class ReturnHomeTest {

    private static final int SESSIONS = 12;
    private static final int TOKENS = 2;
    private static final int TARGET = 1;
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    private Replicas replicas;
    private RunningHoming homing;
    private Operator operator;
    private Chat chat;

    private void start(EngineSettings.Kind kind, String affinity) {
        replicas = Replicas.start(3, Replicas.fast(kind).decode(1_000));
        homing = RunningHoming.start(replicas.yaml("affinity: " + affinity, "health: {interval: 100ms}"));
        operator = new Operator(homing.operators());
        chat = new Chat(homing.clients());
    }

    @AfterEach
    void stop() {
        homing.close();
        replicas.close();
    }

    @ParameterizedTest
    @EnumSource(EngineSettings.Kind.class)
    void sessionsReturnToAReplicaThatWasAwayAndNotToOneThatWasStartedAnew(EngineSettings.Kind kind) {
        start(kind, "{on_return: home}");
        Map<String, String> first = ask(List.of(), "placed", "");
        List<String> its = sessionsOf(first, TARGET);
        operator.state(Replicas.id(TARGET), "off");
        ask(its, "pinned", "repinned");
        operator.state(Replicas.id(TARGET), "ready");

        assertThat(ask(its, "pinned", "returned")).isEqualTo(first);
        assertThat(operator.metrics().count("homing_session_moves_total", "reason=returned"))
                .isEqualTo(its.size());
        assertThat(ask(List.of(), "pinned", "")).isEqualTo(first);

        replicas.kill(TARGET);
        operator.awaitHealthy(Replicas.id(TARGET), false);
        Map<String, String> elsewhere = ask(its, "pinned", "repinned");
        replicas.restart(TARGET);
        operator.awaitHealthy(Replicas.id(TARGET), true);

        assertThat(ask(List.of(), "pinned", "")).isEqualTo(elsewhere);
        assertThat(replicas.stats(TARGET).sessions()).isEmpty();
        assertThat(elsewhere).doesNotContainValue(Replicas.id(TARGET));
    }

    @Test
    void withAllOutRequestsAreRefusedAtOnceAndTheFirstThatIsBackKeepsNobody() {
        start(EngineSettings.Kind.VLLM, "{}");
        Map<String, String> homes = ask(List.of(), "placed", "");
        for (int i = 0; i < replicas.size(); i++) {
            replicas.kill(i);
            operator.awaitHealthy(Replicas.id(i), false);
        }
        long began = System.nanoTime();
        for (Chat.Told told : answers()) {
            assertThat(told.problem()).startsWith("503: ").contains("no_backend");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);

        replicas.restart(TARGET);
        operator.awaitHealthy(Replicas.id(TARGET), true);
        for (Chat.Told told : answers()) {
            assertThat(told.problem()).isEmpty();
            assertThat(told.backend()).isEqualTo(Replicas.id(TARGET));
            boolean own = homes.get(told.question().session()).equals(Replicas.id(TARGET));
            assertThat(told.decision()).isEqualTo(own ? "pinned" : "spilled");
        }
        replicas.restart(0);
        replicas.restart(2);
        operator.awaitHealthy(Replicas.id(0), true);
        operator.awaitHealthy(Replicas.id(2), true);

        assertThat(ask(List.of(), "pinned", "")).isEqualTo(homes);
        assertThat(operator.metrics().count("homing_session_moves_total")).isZero();
    }

    /** A turn of each session: where it went, when that was for {@code reason}, and with {@code those} for {@code theirs}. */
    private Map<String, String> ask(List<String> those, String reason, String theirs) {
        Map<String, String> homes = new HashMap<>();
        for (Chat.Told told : answers()) {
            assertThat(told.problem()).isEmpty();
            String session = told.question().session();
            assertThat(told.decision()).isEqualTo(those.contains(session) ? theirs : reason);
            homes.put(session, told.backend());
        }
        return homes;
    }

    private List<Chat.Told> answers() {
        List<Chat.Told> answers = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            answers.add(chat.ask(new Chat.Question("home-" + i, List.of(), "hello", TOKENS))
                    .join());
        }
        return answers;
    }

    private static List<String> sessionsOf(Map<String, String> homes, int replica) {
        List<String> its = homes.entrySet().stream()
                .filter(entry -> entry.getValue().equals(Replicas.id(replica)))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(its).isNotEmpty();
        return its;
    }
}
