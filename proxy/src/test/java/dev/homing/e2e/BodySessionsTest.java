// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions and models that only bodies tell, over real replicas, with a configuration as people write it. */
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

    /** The turn of a conversation that repeats all that was said before. */
    private HttpResponse<String> chat(URI base, String model, String text, int turn, String more)
            throws IOException, InterruptedException {
        StringBuilder messages = new StringBuilder("{\"role\":\"user\",\"content\":\"" + text + "\"}");
        for (int i = 1; i < turn; i++) {
            messages.append(",{\"role\":\"assistant\",\"content\":\"Answer ").append(i);
            messages.append("\"},{\"role\":\"user\",\"content\":\"And then? ")
                    .append(i)
                    .append("\"}");
        }
        String body = "{\"model\":\"" + model + "\",\"max_tokens\":2,\"messages\":[" + messages + "]" + more + "}";
        return http.send(
                HttpRequest.newBuilder(base.resolve("/v1/chat/completions"))
                        .timeout(Duration.ofSeconds(30))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String backend(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Homing-Backend").orElse("none: " + answer.body());
    }

    private static String decision(HttpResponse<String> answer) {
        return answer.headers().firstValue("X-Homing-Decision").orElse("none: " + answer.body());
    }
}
