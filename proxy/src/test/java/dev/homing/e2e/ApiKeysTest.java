// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.homing.LogLines;
import dev.homing.app.NewKey;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy with a file of keys, as an operator keeps it. */
class ApiKeysTest {

    private static final String BODY =
            "{\"model\":\"demo-8b\",\"max_tokens\":2,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private Replicas replicas;
    private Path keys;

    @BeforeEach
    void start() {
        replicas = Replicas.start(1, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER));
        keys = directory.resolve("keys");
    }

    @AfterEach
    void stop() {
        replicas.close();
    }

    @Test
    void tokensAreCountedByTheNameOfTheKey() throws Exception {
        NewKey alice = NewKey.of("alice");
        NewKey bob = NewKey.of("bob");
        Files.writeString(keys, alice.line() + "\n" + bob.line() + "\n");
        try (RunningHoming homing = serving()) {
            assertThat(ask(homing.clients(), alice.key())).isEqualTo(200);
            assertThat(ask(homing.clients(), alice.key())).isEqualTo(200);
            assertThat(ask(homing.clients(), bob.key())).isEqualTo(200);
            assertThat(ask(homing.clients(), "sk-homing-stranger")).isEqualTo(401);

            Scrape metrics = new Operator(homing.operators()).metrics();
            assertThat(metrics.count("homing_completion_tokens_total", "key=alice"))
                    .isEqualTo(4);
            assertThat(metrics.count("homing_completion_tokens_total", "key=bob"))
                    .isEqualTo(2);
            long prompt = metrics.count("homing_prompt_tokens_total", "key=bob");
            assertThat(prompt).isPositive();
            assertThat(metrics.count("homing_prompt_tokens_total", "key=alice")).isEqualTo(2 * prompt);
            assertThat(metrics.count("homing_rejected_total", "reason=invalid_api_key"))
                    .isEqualTo(1);
        }
    }

    @Test
    void keysComeAndGoWithAReload() throws Exception {
        NewKey alice = NewKey.of("alice");
        NewKey bob = NewKey.of("bob");
        Files.writeString(keys, alice.line() + "\n");
        try (RunningHoming homing = serving()) {
            Operator operator = new Operator(homing.operators());
            assertThat(ask(homing.clients(), bob.key())).isEqualTo(401);

            Files.writeString(keys, bob.line() + "\n");
            assertThat(operator.reload().statusCode()).isEqualTo(200);
            assertThat(ask(homing.clients(), bob.key())).isEqualTo(200);
            assertThat(ask(homing.clients(), alice.key())).isEqualTo(401);

            Files.writeString(keys, "bob:no-hash\n");
            HttpResponse<String> refused = operator.reload();
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body())
                    .contains("keys: " + keys + ":1: not a key's line")
                    .doesNotContain("no-hash");
            assertThat(ask(homing.clients(), bob.key())).isEqualTo(200);
        }
    }

    /** A key can be taken away even while the configuration beside it is being worked on. */
    @Test
    void keysComeAndGoWithTheirFileAlone() throws Exception {
        NewKey alice = NewKey.of("alice");
        NewKey bob = NewKey.of("bob");
        Files.writeString(keys, alice.line() + "\n");
        Path config = Files.writeString(directory.resolve("homing.yaml"), replicas.yaml("keys: " + keys));
        try (RunningHoming homing = RunningHoming.watching(config, Duration.ofMillis(50))) {
            Files.writeString(config, "half a conf");
            assertThat(ask(homing.clients(), alice.key())).isEqualTo(200);

            Files.writeString(keys, bob.line() + "\n");
            await().atMost(PATIENCE).until(() -> ask(homing.clients(), alice.key()) == 401);
            assertThat(ask(homing.clients(), bob.key())).isEqualTo(200);

            try (LogLines log = LogLines.open()) {
                Files.writeString(keys, "bob:no-hash\n");
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(log.lines(Level.WARN))
                                .anyMatch(line -> line.startsWith("keys not renewed, the old ones stay in force: keys: "
                                        + keys + ":1: not a key's line")));
            }
            assertThat(ask(homing.clients(), bob.key())).isEqualTo(200);
        }
    }

    @Test
    void keysMayBeAskedForFromAReloadOn() throws Exception {
        NewKey alice = NewKey.of("alice");
        Files.writeString(keys, alice.line() + "\n");
        Path config = Files.writeString(directory.resolve("homing.yaml"), replicas.yaml());
        try (RunningHoming homing = RunningHoming.of(config)) {
            assertThat(ask(homing.clients(), "whatever")).isEqualTo(200);

            Files.writeString(config, replicas.yaml("keys: " + keys));
            Operator operator = new Operator(homing.operators());
            assertThat(operator.reload().statusCode()).isEqualTo(200);

            assertThat(ask(homing.clients(), "whatever")).isEqualTo(401);
            assertThat(ask(homing.clients(), alice.key())).isEqualTo(200);
            Scrape metrics = operator.metrics();
            assertThat(metrics.count("homing_completion_tokens_total")).isEqualTo(4);
            assertThat(metrics.count("homing_completion_tokens_total", "key=alice"))
                    .isEqualTo(2);
        }
    }

    /** A reload is taken as a whole or not at all. */
    @Test
    void keysStayAsTheyAreWhenSomethingElseOfTheReloadIsRefused() throws Exception {
        NewKey alice = NewKey.of("alice");
        NewKey bob = NewKey.of("bob");
        Files.writeString(keys, alice.line() + "\n");
        Path config = Files.writeString(directory.resolve("homing.yaml"), replicas.yaml("keys: " + keys));
        try (RunningHoming homing = RunningHoming.of(config)) {
            Files.writeString(keys, bob.line() + "\n");
            String https = "  - {id: secure, url: \"https://127.0.0.1:1\"}\nupstream_tls: {ca: "
                    + directory.resolve("none.pem") + "}\n";
            Files.writeString(config, replicas.yaml("keys: " + keys) + https);

            HttpResponse<String> refused = new Operator(homing.operators()).reload();

            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("none.pem: no such file");
            assertThat(ask(homing.clients(), alice.key())).isEqualTo(200);
            assertThat(ask(homing.clients(), bob.key())).isEqualTo(401);
        }
    }

    private RunningHoming serving() {
        return RunningHoming.start(replicas.yaml("keys: " + keys));
    }

    private int ask(URI homing, String key) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(homing.resolve("/v1/chat/completions"))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }
}
