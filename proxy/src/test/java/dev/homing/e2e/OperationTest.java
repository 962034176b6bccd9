// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator does over the admin listener, and what clients notice of it. */
class OperationTest {

    private static final int SESSIONS = 12;
    private static final int TOKENS = 2;
    private static final int TARGET = 1;
    private static final long LIMIT_SECONDS = 30;

    private Replicas replicas;
    private RunningHoming homing;
    private Operator operator;
    private Chat chat;

    @BeforeEach
    void start() {
        replicas = Replicas.start(3, Replicas.fast(EngineSettings.Kind.VLLM).decode(1_000));
        homing = RunningHoming.start(replicas.yaml());
        operator = new Operator(homing.operators());
        chat = new Chat(homing.clients());
    }

    @AfterEach
    void stop() {
        homing.close();
        replicas.close();
    }

    @Test
    void aDrainingBackendKeepsItsSessionsAndTakesNoOthers() throws Exception {
        List<Conversation> old = talk("old");
        long had = replicas.stats(TARGET).sessions().size();
        operator.state(Replicas.id(TARGET), "drain");
        again(old);
        talk("new");
        for (int i = 0; i < SESSIONS; i++) {
            assertThat(chat.ask(Chat.Question.alone("hello", TOKENS)).join().backend())
                    .isNotEqualTo(Replicas.id(TARGET));
        }
        assertThat(had).isPositive();
        assertThat(replicas.stats(TARGET).sessions())
                .hasSize((int) had)
                .allSatisfy((session, count) -> assertThat(count).isEqualTo(2));
        assertThat(operator.metrics().count("homing_session_moves_total")).isZero();
        assertThat(operator.backend(Replicas.id(TARGET)).path("state").asText()).isEqualTo("drain");
    }

    @Test
    void switchingABackendOffMovesItsSessionsOnceAndItsReturnMovesNobody() throws Exception {
        List<Conversation> talks = talk("s");
        List<String> its = List.copyOf(replicas.stats(TARGET).sessions().keySet());
        operator.state(Replicas.id(TARGET), "off");
        again(talks);
        assertThat(its).isNotEmpty();
        for (Conversation talk : talks) {
            boolean was = its.contains(talk.session());
            assertThat(replicas.homes(talk.session())).hasSize(was ? 2 : 1);
            assertThat(last(talk).decision()).isEqualTo(was ? "repinned" : "pinned");
        }
        assertThat(operator.metrics().count("homing_session_moves_total", "reason=off"))
                .isEqualTo(its.size());
        operator.state(Replicas.id(TARGET), "ready");
        again(talks);
        assertThat(replicas.stats(TARGET).sessions().values()).allMatch(count -> count == 1);
        assertThat(talks).allMatch(talk -> last(talk).decision().equals("pinned"));
        assertThat(operator.metrics().count("homing_session_moves_total")).isEqualTo(its.size());
    }

    @Test
    void explainTellsTheSameByIdAndByHashAndWhatThenHappens() throws Exception {
        for (int i = 0; i < SESSIONS; i++) {
            String session = "explained-" + i;
            JsonNode before = operator.json("/api/explain?session=" + session);
            String hash = before.path("hash").asText();
            assertThat(hash).matches("[0-9a-f]{16}");
            assertThat(operator.json("/api/explain?hash=" + hash)).isEqualTo(before);
            assertThat(before.path("decision").asText()).isEqualTo("placed");
            assertThat(before.path("pin").isNull()).isTrue();
            assertThat(before.path("order").size()).isEqualTo(3);
            assertThat(scores(before)).isSortedAccordingTo((a, b) -> Double.compare(b, a));
            Chat.Told told = chat.ask(new Chat.Question(session, List.of(), "hello", TOKENS))
                    .join();
            assertThat(told.backend())
                    .isEqualTo(before.path("backend").asText())
                    .isEqualTo(before.path("order").path(0).path("backend").asText());
            JsonNode after = operator.json("/api/explain?session=" + session);
            assertThat(after.path("pin").asText()).isEqualTo(told.backend());
            assertThat(after.path("decision").asText()).isEqualTo("pinned");
            assertThat(operator.json("/api/explain?hash=" + hash)).isEqualTo(after);
        }
    }

    @Test
    void aListedSessionIsForgottenAndPlacedAnew() throws Exception {
        List<Conversation> talks = talk("listed");
        JsonNode all = operator.json("/api/sessions");
        JsonNode its = operator.json("/api/sessions?backend=" + Replicas.id(TARGET));
        assertThat(all).hasSize(SESSIONS);
        assertThat(all.findValuesAsText("hash")).isSorted().doesNotHaveDuplicates();
        assertThat(its).hasSize(replicas.stats(TARGET).sessions().size()).isNotEmpty();
        assertThat(its)
                .allSatisfy(one -> assertThat(one.path("backend").asText()).isEqualTo(Replicas.id(TARGET)));
        assertThat(all.toString()).doesNotContain("listed");
        assertThat(operator.json("/api/sessions?limit=3")).hasSize(3);

        String hash = its.path(0).path("hash").asText();
        assertThat(operator.delete("/api/sessions/" + hash).statusCode()).isEqualTo(200);
        assertThat(operator.delete("/api/sessions/" + hash).statusCode()).isEqualTo(404);
        assertThat(operator.json("/api/sessions")).hasSize(SESSIONS - 1);
        assertThat(operator.json("/api/explain?hash=" + hash).path("decision").asText())
                .isEqualTo("placed");
        again(talks);
        assertThat(talks.stream().filter(talk -> last(talk).decision().equals("placed")))
                .hasSize(1);
    }

    @Test
    void readinessFallsWithTheLastBackendAndRisesWithTheFirst() {
        assertThat(operator.get("/readyz").statusCode()).isEqualTo(200);
        operator.state(Replicas.id(0), "off");
        operator.state(Replicas.id(1), "off");
        assertThat(operator.get("/readyz").statusCode()).isEqualTo(200);
        replicas.kill(2);
        operator.awaitReady(503);
        assertThat(operator.get("/readyz").body()).contains("no eligible backend in pool default");
        assertThat(operator.get("/healthz").statusCode()).isEqualTo(200);
        Chat.Told told = chat.ask(Chat.Question.alone("hello", TOKENS)).join();
        assertThat(told.problem()).startsWith("503: ").contains("no_backend");
        replicas.restart(2);
        operator.awaitReady(200);
        assertThat(chat.ask(Chat.Question.alone("hello", TOKENS)).join().problem())
                .isEmpty();
    }

    @Test
    void theListOfBackendsTellsWhatHappened() throws Exception {
        talk("listed");
        for (int i = 0; i < replicas.size(); i++) {
            JsonNode told = operator.backend(Replicas.id(i));
            assertThat(told.path("pool").asText()).isEqualTo("default");
            assertThat(told.path("url").asText())
                    .isEqualTo(replicas.engine(i).url().toString());
            assertThat(told.path("state").asText()).isEqualTo("ready");
            assertThat(told.path("sessions").asInt())
                    .isEqualTo(replicas.stats(i).sessions().size());
            assertThat(told.path("prompt_tokens").asLong())
                    .isEqualTo(replicas.stats(i).tokens().prompt());
            assertThat(told.path("cached_tokens").asLong())
                    .isEqualTo(replicas.stats(i).tokens().cached());
            assertThat(told.path("inflight").asInt()).isZero();
        }
    }

    private List<Conversation> talk(String name) throws Exception {
        List<Conversation> talks = IntStream.range(0, SESSIONS)
                .mapToObj(i -> new Conversation(chat, name + "-" + i))
                .toList();
        again(talks);
        return talks;
    }

    private static void again(List<Conversation> talks) throws Exception {
        for (Conversation talk : talks) {
            talk.turns(1, TOKENS).get(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertThat(talk.failures()).isEmpty();
        }
    }

    private static Chat.Told last(Conversation talk) {
        return talk.answers().get(talk.answers().size() - 1);
    }

    private static List<Double> scores(JsonNode explanation) {
        return StreamSupport.stream(explanation.path("order").spliterator(), false)
                .map(candidate -> candidate.path("score").asDouble())
                .toList();
    }
}
