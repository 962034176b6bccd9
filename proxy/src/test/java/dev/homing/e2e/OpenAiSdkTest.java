// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponseUsage;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import dev.homing.demo.EngineStats;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** OpenAI's own Java SDK through the proxy: what it asks arrives, what it is told it understands. */
class OpenAiSdkTest {

    private static final String PROMPT = "Tell me of the sea and the owl. ".repeat(20);
    private static final int TOKENS = 7;

    @ParameterizedTest
    @EnumSource(EngineSettings.Kind.class)
    void chatCompletionsComeWholeAndStreamed(EngineSettings.Kind kind) {
        try (Replicas replicas = Replicas.start(3, Replicas.fast(kind));
                RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            OpenAIClient client = client(homing);
            ChatCompletionCreateParams asked = ChatCompletionCreateParams.builder()
                    .model("demo-8b")
                    .addSystemMessage("You are brief.")
                    .addUserMessage(PROMPT + "nonce:whole")
                    .maxCompletionTokens(TOKENS)
                    .build();
            ChatCompletion whole = client.chat().completions().create(asked);
            assertThat(whole.choices().get(0).message().content())
                    .hasValueSatisfying(text -> assertThat(text).startsWith("whole"));
            EngineStats first = used(replicas);
            is(whole.usage(), first.tokens().prompt(), 0);

            ChatCompletionAccumulator parts = ChatCompletionAccumulator.create();
            ChatCompletionCreateParams again = asked.toBuilder()
                    .streamOptions(ChatCompletionStreamOptions.builder()
                            .includeUsage(true)
                            .build())
                    .build();
            try (StreamResponse<ChatCompletionChunk> stream =
                    client.chat().completions().createStreaming(again)) {
                stream.stream().forEach(parts::accumulate);
            }
            ChatCompletion streamed = parts.chatCompletion();
            assertThat(streamed.choices().get(0).message().content())
                    .isEqualTo(whole.choices().get(0).message().content());
            EngineStats second = used(replicas);
            long prompt = second.tokens().prompt() - first.tokens().prompt();
            is(streamed.usage(), prompt, second.tokens().cached());
            assertThat(second.tokens().cached()).isPositive();
            client.close();
        }
    }

    @ParameterizedTest
    @EnumSource(EngineSettings.Kind.class)
    void responsesComeWholeAndStreamed(EngineSettings.Kind kind) {
        try (Replicas replicas = Replicas.start(3, Replicas.fast(kind));
                RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            OpenAIClient client = client(homing);
            ResponseCreateParams asked = ResponseCreateParams.builder()
                    .model("demo-8b")
                    .input(PROMPT + "nonce:respond")
                    .maxOutputTokens(TOKENS)
                    .build();
            Response whole = client.responses().create(asked);
            assertThat(text(whole)).startsWith("respond");
            EngineStats first = used(replicas);
            told(whole.usage(), first.tokens().prompt(), 0);

            StringBuilder deltas = new StringBuilder();
            Optional<Response> last;
            try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(asked)) {
                last = stream.stream()
                        .peek(event -> event.outputTextDelta().ifPresent(delta -> deltas.append(delta.delta())))
                        .flatMap(event -> event.completed().stream())
                        .map(completed -> completed.response())
                        .findFirst();
            }
            assertThat(deltas.toString()).isEqualTo(text(whole));
            EngineStats second = used(replicas);
            long prompt = second.tokens().prompt() - first.tokens().prompt();
            told(last.orElseThrow().usage(), prompt, second.tokens().cached());
            assertThat(second.tokens().cached()).isPositive();
            client.close();
        }
    }

    @Test
    void noHealthyBackendIsTheSdksInternalServerError() {
        try (Replicas replicas = Replicas.start(2, Replicas.fast(EngineSettings.Kind.VLLM))) {
            replicas.kill(0);
            replicas.kill(1);
            try (RunningHoming homing = RunningHoming.start(replicas.yaml())) {
                OpenAIServiceException error = failure(homing, InternalServerException.class);
                assertThat(error.statusCode()).isEqualTo(503);
                assertThat(error.code()).hasValue("no_backend");
                assertThat(error.type()).hasValue("server_overloaded");
                assertThat(error.getMessage()).contains("no healthy backend in pool default");
                assertThat(error.headers().values("Retry-After")).hasSize(1);
            }
        }
    }

    @Test
    void aRequestWithoutARouteIsTheSdksNotFound() {
        try (Replicas replicas = Replicas.start(2, Replicas.fast(EngineSettings.Kind.VLLM));
                RunningHoming homing = RunningHoming.start(SdkConfigs.routed(replicas, "/v1/embeddings"))) {
            OpenAIServiceException error = failure(homing, NotFoundException.class);
            assertThat(error.statusCode()).isEqualTo(404);
            assertThat(error.code()).hasValue("not_found");
            assertThat(error.type()).hasValue("invalid_request_error");
            assertThat(error.getMessage()).contains("no route for /v1/chat/completions");
            assertThat(replicas.sum(stats -> stats.requests().received())).isZero();
        }
    }

    @Test
    void aBodyThatIsTooLargeIsTheSdksUnexpectedStatus() {
        try (Replicas replicas = Replicas.start(1, Replicas.fast(EngineSettings.Kind.VLLM));
                RunningHoming homing = RunningHoming.start(replicas.yaml("limits: {body: 512B}"))) {
            OpenAIServiceException error = failure(homing, UnexpectedStatusCodeException.class);
            assertThat(error.statusCode()).isEqualTo(413);
            assertThat(error.code()).hasValue("body_too_large");
            assertThat(error.type()).hasValue("invalid_request_error");
            assertThat(error.getMessage()).contains("limits.body");
            assertThat(replicas.sum(stats -> stats.requests().received())).isZero();
        }
    }

    private static <T extends OpenAIServiceException> T failure(RunningHoming homing, Class<T> type) {
        OpenAIClient client = client(homing);
        ChatCompletionCreateParams asked = ChatCompletionCreateParams.builder()
                .model("demo-8b")
                .addUserMessage(PROMPT)
                .build();
        T whole = catchThrowableOfType(type, () -> client.chat().completions().create(asked));
        T streamed =
                catchThrowableOfType(type, () -> client.chat().completions().createStreaming(asked));
        assertThat(streamed).hasMessage(whole.getMessage());
        client.close();
        return whole;
    }

    private static OpenAIClient client(RunningHoming homing) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(homing.clients() + "/v1")
                .apiKey("none")
                .maxRetries(0)
                .timeout(Duration.ofSeconds(30))
                .putHeader("X-Session-Id", SdkConfigs.SESSION)
                .build();
    }

    /** The one replica that the session went to. */
    private static EngineStats used(Replicas replicas) {
        assertThat(replicas.homes(SdkConfigs.SESSION)).hasSize(1);
        return replicas.stats(replicas.homes(SdkConfigs.SESSION).get(0));
    }

    private static void is(Optional<CompletionUsage> usage, long prompt, long cached) {
        assertThat(usage).hasValueSatisfying(told -> {
            assertThat(told.promptTokens()).isEqualTo(prompt);
            assertThat(told.completionTokens()).isEqualTo(TOKENS);
            assertThat(told.totalTokens()).isEqualTo(prompt + TOKENS);
            assertThat(told.promptTokensDetails().orElseThrow().cachedTokens().orElseThrow())
                    .isEqualTo(cached);
        });
    }

    private static void told(Optional<ResponseUsage> usage, long prompt, long cached) {
        assertThat(usage).hasValueSatisfying(told -> {
            assertThat(told.inputTokens()).isEqualTo(prompt);
            assertThat(told.outputTokens()).isEqualTo(TOKENS);
            assertThat(told.inputTokensDetails().cachedTokens()).isEqualTo(cached);
        });
    }

    private static String text(Response response) {
        return response.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .map(text -> text.text())
                .collect(Collectors.joining());
    }
}
