// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.homing.LogLines;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Engines that do not tell what they took from their caches are noticed by the operator, once. */
class MissingUsageTest {

    private static final String STREAM = "{\"model\":\"demo-8b\",\"max_tokens\":2,\"stream\":true,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
    private static final String WHOLE = STREAM.replace("\"stream\":true,", "");

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aVllmAsItIsByDefaultIsToldOfOncePerPoolAndWithWhatHelps() throws Exception {
        EngineSettings silent = Replicas.fast(EngineSettings.Kind.VLLM).cacheReport(false);
        try (LogLines log = LogLines.open();
                Replicas replicas = Replicas.start(2, silent);
                RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            for (int i = 0; i < 4; i++) {
                ask(homing, STREAM);
                ask(homing, WHOLE);
            }

            List<String> warnings = log.lines(Level.WARN);
            assertThat(warnings)
                    .filteredOn(line -> line.contains("answered without token usage"))
                    .hasSize(1);
            assertThat(warnings)
                    .filteredOn(line -> line.contains("--enable-force-include-usage"))
                    .hasSize(1);
            assertThat(warnings)
                    .filteredOn(line -> line.contains("--enable-prompt-tokens-details"))
                    .hasSize(1)
                    .allMatch(line -> line.contains("(pool default)"));
            assertThat(new Operator(homing.operators()).metrics().count("homing_usage_missing_total"))
                    .isEqualTo(8);
        }
    }

    @Test
    void enginesThatTellAllAreNotWarnedOf() throws Exception {
        try (LogLines log = LogLines.open();
                Replicas replicas = Replicas.start(1, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER));
                RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            ask(homing, STREAM);
            ask(homing, WHOLE);

            assertThat(log.lines(Level.WARN)).isEmpty();
        }
    }

    private void ask(RunningHoming homing, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(homing.clients().resolve("/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
    }
}
