// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replicas with 4 slots under {@code max_inflight: auto}: what is too much for them waits at the proxy. */
@Tag("long")
class FullReplicasTest {

    private static final int SLOTS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(FullReplicasTest.class);

    /** Longer than any of these tests, at the speeds below. */
    private static final int ENDLESS = 4_000;

    private static final EngineSettings SLOW =
            Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).slots(SLOTS).decode(40);

    @Test
    void requestsOfASessionWaitForItsOwnReplicaInTheOrderTheyCame() {
        try (Replicas replicas = Replicas.start(2, SLOW);
                RunningHoming homing = RunningHoming.start(yaml(replicas, ""))) {
            Operator operator = new Operator(homing.operators());
            Chat chat = new Chat(homing.clients());
            String home = chat.ask(question(List.of(), 1)).join().backend();
            int index = home.equals(Replicas.id(0)) ? 0 : 1;
            Queue<Integer> ended = new ConcurrentLinkedQueue<>();
            List<CompletableFuture<Chat.Told>> asked = new ArrayList<>();
            for (int i = 0; i < 3 * SLOTS; i++) {
                int number = i;
                asked.add(chat.ask(question(List.of(), 20)).whenComplete((told, never) -> ended.add(number)));
                awaitThere(operator, home, Math.min(i + 1, SLOTS), Math.max(0, i + 1 - SLOTS));
            }
            assertThat(replicas.stats(index).load().active()).isEqualTo(SLOTS);
            assertThat(replicas.stats(index).load().waiting()).isZero();
            assertThat(operator.metrics().count("homing_queued", "pool=default", "backend=" + home))
                    .isEqualTo(2 * SLOTS);

            assertThat(asked).allSatisfy(answer -> {
                Chat.Told told = answer.join();
                assertThat(told.problem()).isEmpty();
                assertThat(told.decision()).isEqualTo("pinned");
                assertThat(told.backend()).isEqualTo(home);
            });
            List<Integer> order = List.copyOf(ended);
            for (int i = 0; i + SLOTS < order.size(); i++) {
                assertThat(order.indexOf(i)).as("%s", order).isLessThan(order.indexOf(i + SLOTS));
            }
            await().atMost(PATIENCE).untilAsserted(() -> {
                Scrape metrics = operator.metrics();
                assertThat(metrics.count("homing_queue_seconds_count", "pool=default"))
                        .isEqualTo(2 * SLOTS);
                assertThat(metrics.count("homing_queued")).isZero();
                assertThat(metrics.count("homing_inflight")).isZero();
            });
        }
    }

    @Test
    void whoWaitsTooLongIsSpilledForOnceAndTheSessionStays() {
        try (Replicas replicas = Replicas.start(2, SLOW);
                RunningHoming homing = RunningHoming.start(yaml(replicas, "queue: {timeout: 300ms}"))) {
            Operator operator = new Operator(homing.operators());
            Chat chat = new Chat(homing.clients());
            String home = chat.ask(question(List.of(), 1)).join().backend();
            List<CompletableFuture<Chat.Told>> working = new ArrayList<>();
            for (int i = 0; i < SLOTS; i++) {
                working.add(chat.ask(question(List.of(), 80)));
            }
            awaitThere(operator, home, SLOTS, 0);

            Chat.Told spilled = chat.ask(question(List.of(), 1)).join();
            assertThat(spilled.problem()).isEmpty();
            assertThat(spilled.decision()).isEqualTo("spilled");
            assertThat(spilled.backend()).isNotEqualTo(home);
            working.forEach(CompletableFuture::join);
            Chat.Told back = chat.ask(question(List.of(), 1)).join();
            assertThat(back.decision()).isEqualTo("pinned");
            assertThat(back.backend()).isEqualTo(home);
            Scrape metrics = operator.metrics();
            assertThat(metrics.count("homing_affinity_decisions_total", "decision=spilled"))
                    .isEqualTo(1);
            assertThat(metrics.count("homing_session_moves_total")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/messages"})
    void whatFindsTheQueueFullIsToldToComeBackInTheShapeOfItsApi(String path) throws Exception {
        try (Replicas replicas = Replicas.start(1, SLOW);
                RunningHoming homing = RunningHoming.start(yaml(replicas, "queue: {limit: 1}"))) {
            Operator operator = new Operator(homing.operators());
            Chat chat = new Chat(homing.clients());
            for (int i = 0; i < SLOTS + 1; i++) {
                chat.ask(question(List.of(), ENDLESS));
            }
            awaitThere(operator, Replicas.id(0), SLOTS, 1);

            HttpResponse<String> refused = post(homing, path);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Content-Type")).contains("application/json");
            assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0))
                    .isBetween(1L, 60L);
            JsonNode body = operator.parse(refused.body());
            JsonNode error = body.path("error");
            if (path.equals("/v1/messages")) {
                assertThat(body.path("type").asText()).isEqualTo("error");
                assertThat(error.path("type").asText()).isEqualTo("rate_limit_error");
            } else {
                assertThat(error.path("type").asText()).isEqualTo("server_overloaded");
                assertThat(error.path("code").asText()).isEqualTo("queue_full");
            }
            assertThat(error.path("message").asText()).contains("1 requests wait already (queue.limit)");
            assertThat(operator.metrics().count("homing_rejected_total", "reason=queue_full"))
                    .isEqualTo(1);
        }
    }

    /** What docs/affinity.md says of it is what this measures, at the speeds of a llama-server's defaults. */
    @Test
    void aWaitForItsOwnReplicaCostsAConversationLessThanAMove() {
        Measured waited = nextTurnOfAFullReplica("wait");
        Measured moved = nextTurnOfAFullReplica("spill");

        LOG.info(
                "history of {} tokens, all slots busy with answers of 96 tokens: {}, {}",
                waited.told.tokens().prompt(),
                waited,
                moved);
        assertThat(waited.told.decision()).isEqualTo("pinned");
        assertThat(waited.read()).isLessThan(200);
        assertThat(moved.told.decision()).isEqualTo("spilled");
        assertThat(moved.read()).isGreaterThan(8_000);
        assertThat(waited.took).isLessThan(moved.took);
    }

    /** One turn: what came of it, and how long its one token took. */
    private record Measured(Chat.Told told, Duration took) {

        long read() {
            return told.tokens().prompt() - told.tokens().cached();
        }

        @Override
        public String toString() {
            return told.decision() + " read " + read() + " tokens and took " + took.toMillis() + " ms";
        }
    }

    private static Measured nextTurnOfAFullReplica(String whenFull) {
        EngineSettings settings = EngineSettings.llamaServer().slots(SLOTS);
        try (Replicas replicas = Replicas.start(2, settings);
                RunningHoming homing = RunningHoming.start(yaml(replicas, "affinity: {when_full: " + whenFull + "}"))) {
            Operator operator = new Operator(homing.operators());
            Chat chat = new Chat(homing.clients());
            Chat.Told first = chat.ask(new Chat.Question("s", List.of(), "lorem ipsum ".repeat(4_500), 1))
                    .join();
            assertThat(first.problem()).isEmpty();
            List<String> history = List.of("user", first.said(), "assistant", first.text());
            for (int i = 0; i < SLOTS; i++) {
                chat.ask(question(history, 96));
            }
            awaitThere(operator, first.backend(), SLOTS, 0);

            long begun = System.nanoTime();
            Chat.Told told = chat.ask(question(history, 1)).join();
            assertThat(told.problem()).isEmpty();
            return new Measured(told, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    private static Chat.Question question(List<String> history, int maxTokens) {
        return new Chat.Question("s", history, "and then?", maxTokens);
    }

    private static void awaitThere(Operator operator, String backend, int inflight, int queued) {
        await(inflight + " at " + backend + ", " + queued + " waiting")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    JsonNode now = operator.backend(backend);
                    return now.path("inflight").asInt() == inflight
                            && now.path("queued").asInt() == queued;
                });
    }

    private static HttpResponse<String> post(RunningHoming homing, String path)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(homing.clients().resolve(path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("X-Session-Id", "s")
                .POST(
                        HttpRequest.BodyPublishers.ofString(
                                "{\"model\":\"demo-8b\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String yaml(Replicas replicas, String more) {
        return replicas.yaml(more).replace("\"}", "\", max_inflight: auto}");
    }
}
