// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VllmReplicaTest extends ReplicaCase {

    private static final EngineSettings FAST =
            EngineSettings.vllm().prefill(1e6).decode(1_000);
    private static final String HELLO = "{'messages':[{'role':'user','content':'hello'}],'max_tokens':2,'stream':%s}";

    VllmReplicaTest() {
        super(FAST);
    }

    @Test
    void headersAreUvicorns() throws IOException {
        RawHttp.Answer answer = chat(HELLO.formatted(false));
        assertThat(answer.headerNames()).containsExactly("date", "server", "Content-Type", "Content-Length");
        assertThat(answer.head()).contains("server: uvicorn", "Content-Type: application/json");
        JsonNode body = json.readTree(answer.body());
        assertThat(body.at("/usage/prompt_tokens_details/multimodal_tokens").isNull())
                .isTrue();
        assertThat(body.at("/choices/0/message/content").asText()).hasSize(8);
    }

    @Test
    void theHeadComesAtOnceAndTheRoleWithTheFirstToken() throws IOException {
        restart(FAST.prefill(1));
        try (RawHttp http = new RawHttp(engine.address())) {
            http.post("/v1/chat/completions", HELLO.formatted(true).replace('\'', '"'));
            assertThat(http.head()).contains("content-type: text/event-stream; charset=utf-8");
            assertThat(http.socket.getInputStream().available()).isZero();
        }
        await().until(() -> engine.stats().requests().cancelled().prefill() == 1);
    }

    @Test
    void usageIsTheLastChunkAndOnlyWhenAskedFor() throws IOException {
        List<String> without = events(chat(HELLO.formatted(true)));
        assertThat(without).hasSize(5).last().isEqualTo("[DONE]");
        assertThat(without).noneMatch(event -> event.contains("usage"));
        List<String> with = events(chat(HELLO.formatted("true,'stream_options':{'include_usage':true}")));
        assertThat(with).hasSize(6);
        assertThat(json.readTree(with.get(0)).at("/choices/0/delta").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"\"}");
        JsonNode usage = json.readTree(with.get(4));
        assertThat(usage.path("choices")).isEmpty();
        assertThat(usage.at("/usage/prompt_tokens_details/cached_tokens").isNumber())
                .isTrue();
    }

    @Test
    void withoutTheFlagDetailsAreNullOrAbsent() throws IOException {
        restart(FAST.cacheReport(false));
        JsonNode whole = json.readTree(chat(HELLO.formatted(false)).body());
        assertThat(whole.at("/usage/prompt_tokens_details").isNull()).isTrue();
        List<String> events = events(chat(HELLO.formatted("true,'stream_options':{'include_usage':true}")));
        assertThat(events.get(4)).contains("prompt_tokens").doesNotContain("details");
    }

    @Test
    void anthropicsStreamTellsTheCacheLast() throws IOException {
        String body =
                "{'max_tokens':1,'stream':true,'messages':[{'role':'user','content':'" + "long ".repeat(100) + "'}]}";
        post("/v1/messages", body);
        List<String> events = events(post("/v1/messages", body));
        JsonNode start = json.readTree(events.get(0)).at("/message/usage");
        JsonNode delta = json.readTree(events.get(4)).path("usage");
        assertThat(start.has("cache_read_input_tokens")).isFalse();
        assertThat(delta.path("cache_read_input_tokens").asInt()
                        + delta.path("cache_creation_input_tokens").asInt())
                .isEqualTo(start.path("input_tokens").asInt());
        assertThat(delta.path("cache_read_input_tokens").asInt() % 16).isZero();
        assertThat(delta.path("cache_read_input_tokens").asInt()).isGreaterThan(100);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    /v1/chat/completions | {b                                  | 400 | /error/type | Bad Request
                    /v1/chat/completions | {}                                  | 400 | /error/type | Bad Request
                    /v1/messages         | {"messages":[],"max_tokens":200000} | 400 | /type       | error
                    /v1/completions      | {"prompt":"","max_tokens":200000}   | 400 | /error/type | BadRequestError
                    /nosuch              | {}                                  | 404 | /detail     | Not Found
                    /health              | {}                                  | 405 | /detail     | Method Not Allowed
                    """)
    void errorsHaveFastApisShapesAndKeepTheConnection(
            String path, String body, int status, String pointer, String value) throws IOException {
        try (RawHttp http = new RawHttp(engine.address())) {
            http.post(path, body);
            RawHttp.Answer answer = http.answer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(json.readTree(answer.body()).at(pointer).asText()).isEqualTo(value);
            assertThat(answer.headerNames()).doesNotContain("connection");
            http.get("/health");
            assertThat(http.answer().status()).isEqualTo(200);
        }
        assertThat(engine.stats().reusedAfterClose()).isZero();
    }

    @Test
    void aBodyThatIsNotSaidToBeJsonIsRefused() throws IOException {
        try (RawHttp http = new RawHttp(engine.address())) {
            http.send("POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
            RawHttp.Answer answer = http.answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body()).contains("Unsupported Media Type");
        }
    }

    @Test
    void anIdleConnectionIsClosedOnlyAfterAnAnswer() throws IOException {
        restart(FAST.idle(Duration.ofMillis(100)));
        try (RawHttp fresh = new RawHttp(engine.address());
                RawHttp used = new RawHttp(engine.address())) {
            used.get("/version");
            assertThat(used.answer().status()).isEqualTo(200);
            assertThat(used.closes()).isTrue();
            fresh.get("/health");
            RawHttp.Answer answer = fresh.answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void whileLoadingConnectionsAreRefused() throws IOException {
        restart(FAST.loadTime(Duration.ofMillis(500)));
        assertThatThrownBy(() -> new RawHttp(engine.address()).close()).isInstanceOf(ConnectException.class);
        engine.ready().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(chat(HELLO.formatted(false)).status()).isEqualTo(200);
    }

    @Test
    void anUploadOf200MegabytesIsReadInFlatMemory() throws IOException {
        byte[] block = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        String before =
                "{\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:";
        String after = "\"}}]}]}";
        try (RawHttp http = new RawHttp(engine.address())) {
            http.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                            + (before.length() + 200L * block.length + after.length()) + "\r\n\r\n" + before);
            long start = heapInUse();
            long most = 0;
            for (int i = 0; i < 200; i++) {
                http.socket.getOutputStream().write(block);
                if (i % 50 == 49) {
                    most = Math.max(most, heapInUse() - start);
                }
            }
            http.send(after);
            JsonNode usage = json.readTree(http.answer().body()).path("usage");
            assertThat(usage.path("prompt_tokens").asInt()).isBetween(576, 600);
            assertThat(most).as("bytes of heap that the upload takes").isLessThan(100L << 20);
        }
    }

    private static long heapInUse() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void metricsTellWhatTheRealOnesTell() throws IOException {
        chat(HELLO.formatted(false));
        try (RawHttp http = new RawHttp(engine.address())) {
            http.get("/metrics");
            assertThat(http.answer().body())
                    .contains("vllm:generation_tokens_total{engine=\"0\",model_name=\"demo-8b\"} 2\n")
                    .contains("vllm:prefix_cache_queries_total{", "vllm:num_requests_waiting{")
                    .contains("\nprocess_start_time_seconds ");
        }
    }
}
