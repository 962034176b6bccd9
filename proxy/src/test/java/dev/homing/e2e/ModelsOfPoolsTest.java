// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.models.Model;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings.Kind;
import dev.homing.demo.FakeEngine;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** {@code GET /v1/models} where a llama-server and a vLLM are behind one address. */
class ModelsOfPoolsTest {

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void clientsSeeTheModelsOfAllPoolsThatAreThere() throws Exception {
        try (FakeEngine small =
                        FakeEngine.start(Replicas.fast(Kind.LLAMA_SERVER).named("qwen-8b"));
                FakeEngine large = FakeEngine.start(Replicas.fast(Kind.VLLM).named("llama-70b"));
                RunningHoming homing = RunningHoming.start(yaml(small, large))) {
            JsonNode list = new ObjectMapper().readTree(models(homing).body());

            assertThat(list.findValuesAsText("id")).containsExactly("qwen-8b", "llama-70b");
            assertThat(list.path("object").asText()).isEqualTo("list");
            assertThat(list.path("models").findValuesAsText("model")).containsExactly("qwen-8b");
            assertThat(list.path("data").path(0).path("meta").path("n_ctx").isNumber())
                    .isTrue();
            assertThat(list.path("data").path(1).path("max_model_len").isNumber())
                    .isTrue();
            OpenAIClient client = OpenAIOkHttpClient.builder()
                    .apiKey("none")
                    .baseUrl(homing.clients() + "/v1")
                    .build();
            assertThat(client.models().list().autoPager().stream().map(Model::id))
                    .containsExactly("qwen-8b", "llama-70b");

            small.kill();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(models(homing).body())
                            .contains("llama-70b")
                            .doesNotContain("qwen-8b"));
            large.kill();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(models(homing).statusCode()).isEqualTo(503));
        }
    }

    private HttpResponse<String> models(RunningHoming homing) throws Exception {
        URI all = homing.clients().resolve("/v1/models");
        return http.send(
                HttpRequest.newBuilder(all).timeout(Duration.ofSeconds(30)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String yaml(FakeEngine small, FakeEngine large) {
        return """
                listen: 127.0.0.1:0
                admin: 127.0.0.1:0
                health: {interval: 250ms}
                pools:
                  small: {backends: [{id: s, url: "%s"}]}
                  large: {backends: [{id: l, url: "%s"}]}
                routes:
                  - {match: {model: "*-8b"}, pool: small}
                  - {match: {model: "*-70b"}, pool: large}
                """.formatted(small.url(), large.url());
    }
}
