// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClientAsync;
import com.openai.client.okhttp.OpenAIOkHttpClientAsync;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.homing.KeyPairs;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own Java SDK over TLS, where it speaks HTTP/2. */
class SdkOverTlsTest {

    private static final int CALLS = 12;

    @TempDir
    private Path folder;

    @Test
    void callsAtTheSameTimeShareOneConnectionAndEachHasItsOwnAnswer() throws Exception {
        KeyPairs keys = KeyPairs.localhost(folder);
        Path certificate = Files.writeString(folder.resolve("cert.pem"), keys.certificatePem());
        Path key = Files.writeString(folder.resolve("key.pem"), keys.keyPem());
        String listen = "listen: [{address: \"127.0.0.1:0\", tls: {certificates: [{certificate: %s, key: %s}]}}]"
                .formatted(certificate, key);
        try (Replicas replicas = Replicas.start(3, Replicas.fast(EngineSettings.Kind.VLLM));
                RunningHoming homing = RunningHoming.start(replicas.yaml().replaceFirst("(?m)^listen: .*$", listen))) {
            OpenAIClientAsync client = client(homing, keys);
            Operator operator = new Operator(homing.operators());

            // The connection is there before: calls that come at once would each begin one, and only then find out that
            // one is enough.
            client.chat().completions().create(asked(CALLS)).join();
            List<CompletableFuture<ChatCompletion>> answers = IntStream.range(0, CALLS)
                    .mapToObj(i -> client.chat().completions().create(asked(i)))
                    .toList();
            long connections = 0;
            long inflight = 0;
            while (!answers.stream().allMatch(CompletableFuture::isDone)) {
                Scrape metrics = operator.metrics();
                connections = Math.max(connections, metrics.count("homing_connections", "side=client"));
                inflight = Math.max(inflight, metrics.count("homing_inflight"));
            }

            for (int i = 0; i < CALLS; i++) {
                assertThat(answers.get(i)
                                .join()
                                .choices()
                                .get(0)
                                .message()
                                .content()
                                .orElseThrow())
                        .startsWith("call" + i + " ");
            }
            assertThat(inflight).as("calls at a time").isGreaterThan(1);
            assertThat(connections).as("connections of all of them").isEqualTo(1);
            client.close();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> operator.metrics().count("homing_inflight") == 0);
        }
    }

    private static ChatCompletionCreateParams asked(int call) {
        return ChatCompletionCreateParams.builder()
                .model(SdkScene.MODEL)
                .addUserMessage(SdkScene.PROMPT + "nonce:call" + call)
                .maxCompletionTokens(30)
                .putAdditionalHeader("X-Session-Id", "session-" + call)
                .build();
    }

    private static OpenAIClientAsync client(RunningHoming homing, KeyPairs server) throws Exception {
        SSLContext context = KeyPairs.client(null, server);
        return OpenAIOkHttpClientAsync.builder()
                .baseUrl("https://localhost:" + homing.clients().getPort() + "/v1")
                .apiKey("none")
                .maxRetries(0)
                .timeout(Duration.ofSeconds(30))
                .sslSocketFactory(context.getSocketFactory())
                .trustManager(KeyPairs.trusting(server))
                .build();
    }
}
