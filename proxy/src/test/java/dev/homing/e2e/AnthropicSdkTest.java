// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.ContentTooLargeException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.ServiceUnavailableException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.ErrorType;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.Usage;
import dev.homing.demo.EngineSettings;
import dev.homing.demo.EngineStats;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Anthropic's own Java SDK through the proxy: what it asks arrives, what it is told it understands. */
class AnthropicSdkTest {

    @ParameterizedTest
    @EnumSource(EngineSettings.Kind.class)
    void messagesComeWholeAndStreamed(EngineSettings.Kind kind) {
        try (SdkScene scene = SdkScene.of(kind)) {
            AnthropicClient client = client(scene);
            MessageCreateParams asked = MessageCreateParams.builder()
                    .model(SdkScene.MODEL)
                    .system("You are brief.")
                    .addUserMessage(SdkScene.PROMPT + "nonce:message")
                    .maxTokens(SdkScene.TOKENS)
                    .build();
            Message whole = client.messages().create(asked);
            assertThat(text(whole)).startsWith("message");
            EngineStats first = scene.used();
            is(whole.usage(), first.tokens().prompt(), 0);

            MessageAccumulator parts = MessageAccumulator.create();
            try (StreamResponse<RawMessageStreamEvent> stream =
                    client.messages().createStreaming(asked)) {
                stream.stream().forEach(parts::accumulate);
            }
            assertThat(text(parts.message())).isEqualTo(text(whole));
            EngineStats second = scene.used();
            long prompt = second.tokens().prompt() - first.tokens().prompt();
            is(parts.message().usage(), prompt, second.tokens().cached());
            assertThat(second.tokens().cached()).isPositive();
            client.close();
        }
    }

    @Test
    void noHealthyBackendIsTheSdksOverload() {
        try (SdkScene scene = SdkScene.withoutReplicas()) {
            AnthropicServiceException error = failure(scene, ServiceUnavailableException.class);
            assertThat(error.statusCode()).isEqualTo(503);
            assertThat(error.type()).hasValue(ErrorType.OVERLOADED_ERROR);
            assertThat(error.apiMessage()).hasValue("no healthy backend in pool default");
            assertThat(error.headers().values("Retry-After")).hasSize(1);
        }
    }

    @Test
    void aRequestWithoutARouteIsTheSdksNotFound() {
        try (SdkScene scene = SdkScene.withoutRoute()) {
            AnthropicServiceException error = failure(scene, NotFoundException.class);
            assertThat(error.statusCode()).isEqualTo(404);
            assertThat(error.type()).hasValue(ErrorType.NOT_FOUND_ERROR);
            assertThat(error.apiMessage()).hasValue("no route for /v1/messages");
            assertThat(scene.received()).isZero();
        }
    }

    @Test
    void aBodyThatIsTooLargeIsTheSdksTooLarge() {
        try (SdkScene scene = SdkScene.withSmallBodies()) {
            AnthropicServiceException error = failure(scene, ContentTooLargeException.class);
            assertThat(error.statusCode()).isEqualTo(413);
            assertThat(error.body().toString()).contains("request_too_large");
            assertThat(error.apiMessage())
                    .hasValueSatisfying(message -> assertThat(message).contains("limits.body"));
            assertThat(scene.received()).isZero();
        }
    }

    private static <T extends AnthropicServiceException> T failure(SdkScene scene, Class<T> type) {
        AnthropicClient client = client(scene);
        MessageCreateParams asked = MessageCreateParams.builder()
                .model(SdkScene.MODEL)
                .addUserMessage(SdkScene.PROMPT)
                .maxTokens(SdkScene.TOKENS)
                .build();
        T whole = catchThrowableOfType(type, () -> client.messages().create(asked));
        T streamed = catchThrowableOfType(type, () -> client.messages().createStreaming(asked));
        assertThat(streamed).hasMessage(whole.getMessage());
        client.close();
        return whole;
    }

    private static AnthropicClient client(SdkScene scene) {
        return AnthropicOkHttpClient.builder()
                .baseUrl(scene.url().toString())
                .apiKey("none")
                .maxRetries(0)
                .timeout(Duration.ofSeconds(30))
                .putHeader("X-Session-Id", SdkScene.SESSION)
                .build();
    }

    /** Anthropic counts what was read from the cache, and vLLM what was written to it, beside the rest and not within it. */
    private static void is(Usage usage, long prompt, long cached) {
        long written = usage.cacheCreationInputTokens().orElse(0L);
        assertThat(usage.inputTokens() + written).isEqualTo(prompt - cached);
        assertThat(usage.cacheReadInputTokens().orElse(0L)).isEqualTo(cached);
        assertThat(usage.outputTokens()).isEqualTo(SdkScene.TOKENS);
    }

    private static String text(Message message) {
        return message.content().stream()
                .flatMap(block -> block.text().stream())
                .map(text -> text.text())
                .collect(Collectors.joining());
    }
}
