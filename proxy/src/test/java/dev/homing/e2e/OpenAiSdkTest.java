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

    @ParameterizedTest
    @EnumSource(EngineSettings.Kind.class)
    void chatCompletionsComeWholeAndStreamed(EngineSettings.Kind kind) {
        try (SdkScene scene = SdkScene.of(kind)) {
            OpenAIClient client = client(scene);
            ChatCompletionCreateParams asked = ChatCompletionCreateParams.builder()
                    .model(SdkScene.MODEL)
                    .addSystemMessage("You are brief.")
                    .addUserMessage(SdkScene.PROMPT + "nonce:whole")
                    .maxCompletionTokens(SdkScene.TOKENS)
                    .build();
            ChatCompletion whole = client.chat().completions().create(asked);
            assertThat(whole.choices().get(0).message().content())
                    .hasValueSatisfying(text -> assertThat(text).startsWith("whole"));
            EngineStats first = scene.used();
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
            EngineStats second = scene.used();
            long prompt = second.tokens().prompt() - first.tokens().prompt();
            is(streamed.usage(), prompt, second.tokens().cached());
            assertThat(second.tokens().cached()).isPositive();
            client.close();
        }
    }

    @ParameterizedTest
    @EnumSource(EngineSettings.Kind.class)
    void responsesComeWholeAndStreamed(EngineSettings.Kind kind) {
        try (SdkScene scene = SdkScene.of(kind)) {
            OpenAIClient client = client(scene);
            ResponseCreateParams asked = ResponseCreateParams.builder()
                    .model(SdkScene.MODEL)
                    .input(SdkScene.PROMPT + "nonce:respond")
                    .maxOutputTokens(SdkScene.TOKENS)
                    .build();
            Response whole = client.responses().create(asked);
            assertThat(text(whole)).startsWith("respond");
            EngineStats first = scene.used();
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
            EngineStats second = scene.used();
            long prompt = second.tokens().prompt() - first.tokens().prompt();
            told(last.orElseThrow().usage(), prompt, second.tokens().cached());
            assertThat(second.tokens().cached()).isPositive();
            client.close();
        }
    }

    @Test
    void noHealthyBackendIsTheSdksInternalServerError() {
        try (SdkScene scene = SdkScene.withoutReplicas()) {
            OpenAIServiceException error = failure(scene, InternalServerException.class);
            assertThat(error.statusCode()).isEqualTo(503);
            assertThat(error.code()).hasValue("no_backend");
            assertThat(error.type()).hasValue("server_overloaded");
            assertThat(error.getMessage()).contains("no healthy backend in pool default");
            assertThat(error.headers().values("Retry-After")).hasSize(1);
        }
    }

    @Test
    void aRequestWithoutARouteIsTheSdksNotFound() {
        try (SdkScene scene = SdkScene.withoutRoute()) {
            OpenAIServiceException error = failure(scene, NotFoundException.class);
            assertThat(error.statusCode()).isEqualTo(404);
            assertThat(error.code()).hasValue("not_found");
            assertThat(error.type()).hasValue("invalid_request_error");
            assertThat(error.getMessage()).contains("no route for /v1/chat/completions");
            assertThat(scene.received()).isZero();
        }
    }

    @Test
    void aBodyThatIsTooLargeIsTheSdksUnexpectedStatus() {
        try (SdkScene scene = SdkScene.withSmallBodies()) {
            OpenAIServiceException error = failure(scene, UnexpectedStatusCodeException.class);
            assertThat(error.statusCode()).isEqualTo(413);
            assertThat(error.code()).hasValue("body_too_large");
            assertThat(error.type()).hasValue("invalid_request_error");
            assertThat(error.getMessage()).contains("limits.body");
            assertThat(scene.received()).isZero();
        }
    }

    private static <T extends OpenAIServiceException> T failure(SdkScene scene, Class<T> type) {
        OpenAIClient client = client(scene);
        ChatCompletionCreateParams asked = ChatCompletionCreateParams.builder()
                .model(SdkScene.MODEL)
                .addUserMessage(SdkScene.PROMPT)
                .build();
        T whole = catchThrowableOfType(type, () -> client.chat().completions().create(asked));
        T streamed =
                catchThrowableOfType(type, () -> client.chat().completions().createStreaming(asked));
        assertThat(streamed).hasMessage(whole.getMessage());
        client.close();
        return whole;
    }

    private static OpenAIClient client(SdkScene scene) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(scene.url() + "/v1")
                .apiKey("none")
                .maxRetries(0)
                .timeout(Duration.ofSeconds(30))
                .putHeader("X-Session-Id", SdkScene.SESSION)
                .build();
    }

    private static void is(Optional<CompletionUsage> usage, long prompt, long cached) {
        assertThat(usage).hasValueSatisfying(told -> {
            assertThat(told.promptTokens()).isEqualTo(prompt);
            assertThat(told.completionTokens()).isEqualTo(SdkScene.TOKENS);
            assertThat(told.totalTokens()).isEqualTo(prompt + SdkScene.TOKENS);
            assertThat(told.promptTokensDetails().orElseThrow().cachedTokens().orElseThrow())
                    .isEqualTo(cached);
        });
    }

    private static void told(Optional<ResponseUsage> usage, long prompt, long cached) {
        assertThat(usage).hasValueSatisfying(told -> {
            assertThat(told.inputTokens()).isEqualTo(prompt);
            assertThat(told.outputTokens()).isEqualTo(SdkScene.TOKENS);
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
