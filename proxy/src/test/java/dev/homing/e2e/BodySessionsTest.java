// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions and models that only bodies tell, over real replicas, with a configuration as people write it. */
@Tag("long")
class BodySessionsTest {

    private static final int TURNS = 4;
    private static final int SESSIONS = 12;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @ParameterizedTest
    @EnumSource(EngineSettings.Kind.class)
    void aSessionThatTheBodyNamesStaysOnOneReplica(EngineSettings.Kind kind) throws Exception {
        try (Replicas replicas = Replicas.start(3, Replicas.fast(kind));
                RunningHoming homing =
                        RunningHoming.start(replicas.yaml("affinity: {body_keys: [session_id, metadata.user_id]}"))) {
            Set<String> used = new TreeSet<>();
            for (int session = 0; session < SESSIONS; session++) {
                List<HttpResponse<String>> answers = new ArrayList<>();
                for (int turn = 1; turn <= TURNS; turn++) {
                    String id = session % 2 == 0
                            ? ",\"session_id\":\"s" + session + "\""
                            : ",\"metadata\":{\"user_id\":\"user_0_account__session_s" + session + "\"}";
                    answers.add(chat(homing.clients(), "m", "Hello from " + session, turn, id));
                }
                assertThat(answers)
                        .extracting(BodySessionsTest::decision)
                        .containsExactly("placed", "pinned", "pinned", "pinned");
                assertThat(answers).extracting(BodySessionsTest::backend).containsOnly(backend(answers.get(0)));
                used.add(backend(answers.get(0)));
            }

            assertThat(used).hasSize(3);
            Scrape metrics = new Operator(homing.operators()).metrics();
            assertThat(metrics.count("homing_session_key_total", "source=body:session_id"))
                    .isEqualTo(SESSIONS * TURNS / 2);
            assertThat(metrics.count("homing_session_key_total", "source=body:metadata.user_id"))
                    .isEqualTo(SESSIONS * TURNS / 2);
            assertThat(metrics.count("homing_prompt_tokens_total", "decision=pinned", "cached=true"))
                    .isPositive();
        }
    }

    @Test
    void aConversationThatNobodyNamesStaysOnOneReplicaByItsBeginning() throws Exception {
        try (Replicas replicas = Replicas.start(3, Replicas.fast(EngineSettings.Kind.VLLM));
                RunningHoming homing = RunningHoming.start(replicas.yaml("affinity: {no_session: prefix}"))) {
            for (int session = 0; session < SESSIONS; session++) {
                List<HttpResponse<String>> answers = new ArrayList<>();
                for (int turn = 1; turn <= TURNS; turn++) {
                    answers.add(chat(homing.clients(), "m", "Hello from " + session, turn, ""));
                }
                assertThat(answers)
                        .extracting(BodySessionsTest::decision)
                        .containsExactly("placed", "pinned", "pinned", "pinned");
            }

            assertThat(new Operator(homing.operators()).metrics().count("homing_session_key_total", "source=prefix"))
                    .isEqualTo(SESSIONS * TURNS);
        }
    }

    /** The texts differ at their very end only, beyond what decides where a session begins. */
    @Test
    void newSessionsOverOneDocumentBeginOnOneReplica() throws Exception {
        String document = "All of it. ".repeat(1_000);
        try (Replicas replicas = Replicas.start(3, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER));
                RunningHoming homing =
                        RunningHoming.start(replicas.yaml("affinity: {body_keys: [session_id], home: prefix}"))) {
            Set<String> together = new TreeSet<>();
            Set<String> apart = new TreeSet<>();
            for (int session = 0; session < SESSIONS; session++) {
                String id = ",\"session_id\":\"s" + session + "\"";
                HttpResponse<String> first = chat(homing.clients(), "m", document + session, 1, id);
                assertThat(decision(first)).isEqualTo("placed");
                together.add(backend(first));
                assertThat(decision(chat(homing.clients(), "m", document + session, 2, id)))
                        .isEqualTo("pinned");
                String other = ",\"session_id\":\"other" + session + "\"";
                apart.add(backend(chat(homing.clients(), "m", session + document, 1, other)));
            }

            assertThat(together).hasSize(1);
            assertThat(apart).hasSizeGreaterThan(1);
        }
    }

    @Test
    void requestsWithoutASessionGoWhereTheLeastIsPending() throws Exception {
        EngineSettings slow =
                Replicas.fast(EngineSettings.Kind.VLLM).prefill(1_000).cacheTokens(0);
        try (Replicas replicas = Replicas.start(2, slow);
                RunningHoming homing = RunningHoming.start(replicas.yaml("affinity: {no_session: least_pending}"))) {
            Operator operator = new Operator(homing.operators());
            CompletableFuture<HttpResponse<String>> long0 = http.sendAsync(
                    request(homing.clients(), "m", "Long. ".repeat(8_000), 1, ",\"stream\":true"),
                    HttpResponse.BodyHandlers.ofString());
            await().until(() -> operator.metrics().sum("homing_pending_prompt_tokens") > 1_000);
            String busy = operator.metrics().sum("homing_pending_prompt_tokens", "backend=replica-0") > 0
                    ? "replica-0"
                    : "replica-1";

            for (int i = 0; i < 5; i++) {
                HttpResponse<String> answer = chat(homing.clients(), "m", "Short " + i, 1, "");

                assertThat(decision(answer)).isEqualTo("no_session");
                assertThat(backend(answer)).isNotEqualTo(busy);
            }

            assertThat(long0.isDone()).as("still reading its prompt").isFalse();
            assertThat(backend(long0.get(60, TimeUnit.SECONDS))).isEqualTo(busy);
        }
    }

    @Test
    void theModelDecidesThePool() throws Exception {
        try (Replicas replicas = Replicas.start(2, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER));
                RunningHoming homing = RunningHoming.start("""
                        listen: 127.0.0.1:0
                        admin: 127.0.0.1:0
                        response_headers: true
                        pools:
                          small: {backends: [{id: s, url: "%s"}]}
                          large: {backends: [{id: l, url: "%s"}]}
                        routes:
                          - {match: {model: "*-8b"}, pool: small}
                          - {match: {model: "*-70b"}, pool: large}
                        """.formatted(
                                replicas.engine(0).url(), replicas.engine(1).url()))) {
            assertThat(backend(chat(homing.clients(), "qwen-8b", "Hello", 1, "")))
                    .isEqualTo("s");
            assertThat(backend(chat(homing.clients(), "llama-70b", "Hello", 1, "")))
                    .isEqualTo("l");
            HttpResponse<String> other = chat(homing.clients(), "gpt", "Hello", 1, "");
            assertThat(other.statusCode()).isEqualTo(404);
            assertThat(other.body()).contains("\"code\":\"not_found\"");
        }
    }

    private HttpResponse<String> chat(URI base, String model, String text, int turn, String more)
            throws IOException, InterruptedException {
        return http.send(request(base, model, text, turn, more), HttpResponse.BodyHandlers.ofString());
    }

    /** The turn of a conversation that repeats all that was said before. */
    private static HttpRequest request(URI base, String model, String text, int turn, String more) {
        StringBuilder messages = new StringBuilder("{\"role\":\"user\",\"content\":\"" + text + "\"}");
        for (int i = 1; i < turn; i++) {
            messages.append(",{\"role\":\"assistant\",\"content\":\"Answer ").append(i);
            messages.append("\"},{\"role\":\"user\",\"content\":\"And then? ")
                    .append(i)
                    .append("\"}");
        }
        String body = "{\"model\":\"" + model + "\",\"max_tokens\":2,\"messages\":[" + messages + "]" + more + "}";
        return HttpRequest.newBuilder(base.resolve("/v1/chat/completions"))
                .timeout(Duration.ofSeconds(90))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static String backend(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Homing-Backend").orElse("none: " + answer.body());
    }

    private static String decision(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Homing-Decision").orElse("none: " + answer.body());
    }
}
