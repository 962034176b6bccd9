// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a llama-server sends, as recorded from a real one (b10573): header names in order, and the order and members of its events. */
class LlamaReplicaTest extends ReplicaCase {

    private static final EngineSettings FAST =
            EngineSettings.llamaServer().prefill(1e6).decode(1_000).disconnectPoll(Duration.ofMillis(50));
    private static final List<String> JSON_HEAD =
            List.of("Server", "Access-Control-Allow-Origin", "Content-Type", "Content-Length", "Keep-Alive");
    private static final String HELLO = "{'messages':[{'role':'user','content':'hello'}],'max_tokens':2,'stream':%s}";

    LlamaReplicaTest() {
        super(FAST);
    }

    @Test
    void anAnswerHasTheHeadersAndMembersOfTheRealOne() throws IOException {
        RawHttp.Answer answer = chat(HELLO.formatted(false));
        assertThat(answer.headerNames()).isEqualTo(JSON_HEAD);
        assertThat(answer.head())
                .contains(
                        "HTTP/1.1 200 OK",
                        "Content-Type: application/json; charset=utf-8",
                        "Access-Control-Allow-Origin:")
                .contains("Server: llama.cpp", "Keep-Alive: timeout=5, max=100");
        JsonNode body = json.readTree(answer.body());
        assertThat(body.fieldNames())
                .toIterable()
                .containsExactly(
                        "choices", "created", "model", "system_fingerprint", "object", "usage", "id", "timings");
        assertThat(body.at("/usage/completion_tokens").asInt()).isEqualTo(2);
        assertThat(body.at("/usage/prompt_tokens_details/cached_tokens").asInt())
                .isZero();
        assertThat(body.at("/timings/prompt_n").asLong())
                .isEqualTo(body.at("/usage/prompt_tokens").asLong());
        assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    }

    @Test
    void aStreamIsHeadRoleContentFinishUsageDone() throws IOException {
        RawHttp.Answer answer = chat(HELLO.formatted("true,'stream_options':{'include_usage':true}"));
        assertThat(answer.headerNames())
                .containsExactly(
                        "Server",
                        "Access-Control-Allow-Origin",
                        "X-Accel-Buffering",
                        "Content-Type",
                        "Transfer-Encoding",
                        "Keep-Alive");
        assertThat(answer.head()).contains("Content-Type: text/event-stream");
        List<String> events = events(answer);
        assertThat(events).hasSize(6).last().isEqualTo("[DONE]");
        assertThat(json.readTree(events.get(0)).at("/choices/0/delta").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":null}");
        assertThat(json.readTree(events.get(1)).at("/choices/0/delta/content").asText())
                .isNotEmpty();
        assertThat(json.readTree(events.get(3)).at("/choices/0/finish_reason").asText())
                .isEqualTo("length");
        assertThat(json.readTree(events.get(3)).has("timings")).isFalse();
        JsonNode usage = json.readTree(events.get(4));
        assertThat(usage.path("choices")).isEmpty();
        assertThat(usage.at("/usage/completion_tokens").asInt()).isEqualTo(2);
        assertThat(usage.has("timings")).isTrue();
        assertThat(answer.chunks()).last().isEqualTo("data: [DONE]\n\n");
    }

    @Test
    void withoutIncludeUsageTheFinishChunkTellsTimings() throws IOException {
        List<String> events = events(chat(HELLO.formatted(true)));
        assertThat(events).hasSize(5).last().isEqualTo("[DONE]");
        JsonNode finish = json.readTree(events.get(3));
        assertThat(finish.at("/timings/cache_n").isNumber()).isTrue();
        assertThat(finish.has("usage")).isFalse();
    }

    @Test
    void anthropicsStreamTellsTheCacheFirst() throws IOException {
        String body =
                "{'max_tokens':1,'stream':true,'messages':[{'role':'user','content':'" + "long ".repeat(100) + "'}]}";
        post("/v1/messages", body);
        RawHttp.Answer answer = post("/v1/messages", body);
        List<JsonNode> events = events(answer).stream().map(this::tree).toList();
        assertThat(events.stream().map(e -> e.path("type").asText()))
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        JsonNode usage = events.get(0).at("/message/usage");
        assertThat(usage.path("cache_read_input_tokens").asInt()).isGreaterThan(100);
        assertThat(usage.path("input_tokens").asInt()).isBetween(1, 16);
        assertThat(events.get(4).path("usage").toString()).isEqualTo("{\"output_tokens\":1}");
    }

    @Test
    void responsesEndWithTheCompletedEventAndNoDone() throws IOException {
        RawHttp.Answer answer = post("/v1/responses", "{'input':'hello','stream':true,'max_output_tokens':1}");
        List<JsonNode> events = events(answer).stream().map(this::tree).toList();
        assertThat(events.get(0).path("type").asText()).isEqualTo("response.created");
        JsonNode last = events.get(events.size() - 1);
        assertThat(last.path("type").asText()).isEqualTo("response.completed");
        assertThat(last.at("/response/usage/input_tokens_details/cached_tokens").isNumber())
                .isTrue();
        assertThat(last.at("/timings/cache_n").isNumber()).isTrue();
    }

    @Test
    void theNativeCompletionHasNoDone() throws IOException {
        RawHttp.Answer answer = post("/completion", "{'prompt':'hello','stream':true,'n_predict':1}");
        List<String> events = events(answer);
        assertThat(events).hasSize(2);
        assertThat(tree(events.get(1)).path("stop").asBoolean()).isTrue();
        assertThat(tree(events.get(1)).has("tokens_evaluated")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    /v1/chat/completions | {b                                    | 500 | server_error
                    /v1/chat/completions | {"messages":[],"temperature":"hot"}   | 400 | invalid_request_error
                    /v1/chat/completions | {}                                    | 400 | invalid_request_error
                    /v1/responses        | {"input":"x","previous_response_id":"r"} | 400 | invalid_request_error
                    /nosuch              | {}                                    | 404 | not_found_error
                    /health              | {}                                    | 404 | not_found_error
                    """)
    void everyErrorSaysClose(String path, String body, int status, String type) throws IOException {
        RawHttp.Answer answer = post(path, body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.head()).contains("Connection: close");
        assertThat(answer.headerNames()).doesNotContain("Keep-Alive");
        assertThat(tree(answer.body()).at("/error/type").asText()).isEqualTo(type);
        assertThat(tree(answer.body()).at("/error/code").asInt()).isEqualTo(status);
    }

    @Test
    void tooLongAPromptNamesBothSizes() throws IOException {
        restart(FAST.contextTokens(100));
        RawHttp.Answer answer = post("/v1/chat/completions", "{'messages':[{'content':'" + "four".repeat(200) + "'}]}");
        JsonNode error = tree(answer.body()).path("error");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(error.path("type").asText()).isEqualTo("exceed_context_size_error");
        assertThat(error.path("n_prompt_tokens").asInt()).isBetween(200, 220);
        assertThat(error.path("n_ctx").asInt()).isEqualTo(100);
    }

    @Test
    void theHundredthAnswerClosesTheConnection() throws IOException {
        try (RawHttp http = new RawHttp(engine.address())) {
            for (int i = 1; i <= 100; i++) {
                http.get("/health");
                assertThat(http.answer().head().contains("Connection: close")).isEqualTo(i == 100);
            }
            assertThat(http.closes()).isTrue();
        }
    }

    @Test
    void anIdleConnectionIsClosedAlsoAFreshOne() throws IOException {
        restart(FAST.idle(Duration.ofMillis(200)));
        try (RawHttp fresh = new RawHttp(engine.address());
                RawHttp used = new RawHttp(engine.address())) {
            used.get("/health");
            assertThat(used.answer().status()).isEqualTo(200);
            assertThat(used.closes()).isTrue();
            assertThat(fresh.closes()).isTrue();
        }
    }

    @Test
    void whoIgnoresConnectionCloseIsServedAndCounted() throws IOException {
        try (RawHttp http = new RawHttp(engine.address())) {
            http.get("/nosuch");
            assertThat(http.answer().status()).isEqualTo(404);
            http.get("/health");
            assertThat(http.answer().status()).isEqualTo(200);
        }
        assertThat(engine.stats().reusedAfterClose()).isEqualTo(1);
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (RawHttp http = new RawHttp(engine.address())) {
            http.post("/v1/chat/completions", HELLO.formatted(false).replace('\'', '"'));
            http.get("/props");
            assertThat(http.answer().body()).contains("chat.completion");
            assertThat(http.answer().body()).contains("total_slots");
        }
    }

    @Test
    void whileLoadingEveryPathAnswers503() throws IOException {
        restart(FAST.loadTime(Duration.ofMillis(400)));
        for (String path : List.of("/health", "/v1/models", "/nosuch")) {
            try (RawHttp http = new RawHttp(engine.address())) {
                http.get(path);
                RawHttp.Answer answer = http.answer();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.body())
                        .isEqualTo(
                                "{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}");
                assertThat(answer.head()).contains("Connection: close");
            }
        }
        engine.ready().toCompletableFuture().orTimeout(5, TimeUnit.SECONDS).join();
        assertThat(chat(HELLO.formatted(false)).status()).isEqualTo(200);
    }

    @Test
    void whoWaitsForASlotHearsNothingAndCanLeave() throws IOException {
        restart(FAST.slots(1).decode(20));
        try (RawHttp first = new RawHttp(engine.address());
                RawHttp second = new RawHttp(engine.address())) {
            stream(first, 100);
            assertThat(first.head().get(0)).isEqualTo("HTTP/1.1 200 OK");
            stream(second, 100);
            await().until(() -> engine.stats().load().waiting() == 1);
            assertThat(second.socket.getInputStream().available()).isZero();
            second.socket.shutdownOutput();
            await().until(() -> engine.stats().requests().cancelled().waiting() == 1);
            first.socket.close();
            await().until(() -> engine.stats().requests().cancelled().decode() == 1);
        }
        assertThat(engine.stats().load()).isEqualTo(new EngineStats.Load(0, 0));
    }

    @Test
    void headAndRoleComeBeforeThePrefillAndLeavingEndsIt() throws IOException {
        restart(FAST.prefill(1));
        try (RawHttp http = new RawHttp(engine.address())) {
            stream(http, 100);
            http.head();
            assertThat(http.chunk()).contains("\"role\":\"assistant\",\"content\":null");
            assertThat(slots().at("/0/is_processing").asBoolean()).isTrue();
        }
        await().until(() -> engine.stats().requests().cancelled().prefill() == 1);
        assertThat(slots().at("/0/is_processing").asBoolean()).isFalse();
    }

    @Test
    void aBusyServerHasNoSlotForWhoAsks() throws IOException {
        restart(FAST.slots(1).prefill(1));
        try (RawHttp busy = new RawHttp(engine.address());
                RawHttp http = new RawHttp(engine.address())) {
            stream(busy, 1);
            await().until(() -> engine.stats().load().active() == 1);
            http.get("/slots?fail_on_no_slot=1");
            RawHttp.Answer answer = http.answer();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(tree(answer.body()).at("/error/message").asText()).isEqualTo("no slot available");
        }
    }

    @Test
    void aBodyOfMoreThan100MebibytesIsRefused() throws IOException {
        try (RawHttp http = new RawHttp(engine.address())) {
            long length = 100L * 1024 * 1024 + 1;
            http.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n");
            byte[] block = new byte[1 << 20];
            for (long left = length; left > 0; left -= block.length) {
                http.socket.getOutputStream().write(block, 0, (int) Math.min(left, block.length));
            }
            assertThat(http.answer().status()).isEqualTo(413);
        }
    }

    @Test
    void metricsTellWhatTheRealOnesTell() throws IOException {
        chat(HELLO.formatted(false));
        try (RawHttp http = new RawHttp(engine.address())) {
            http.get("/metrics");
            RawHttp.Answer answer = http.answer();
            assertThat(answer.headerNames())
                    .containsExactly(
                            "Server",
                            "Access-Control-Allow-Origin",
                            "Process-Start-Time-Unix",
                            "Content-Type",
                            "Content-Length",
                            "Keep-Alive");
            assertThat(answer.body())
                    .contains("# TYPE llamacpp:prompt_tokens_total counter\n", "\nllamacpp:tokens_predicted_total 2\n")
                    .contains("\nllamacpp:requests_deferred 0\n");
        }
    }

    @Test
    void aPageFromAnywhereMayAskAndReadTheAnswer() throws IOException {
        try (RawHttp http = new RawHttp(engine.address())) {
            http.send(String.join(
                    "\r\n",
                    "OPTIONS /v1/chat/completions HTTP/1.1",
                    "Host: x",
                    "Origin: http://page:1",
                    "Access-Control-Request-Method: POST",
                    "Access-Control-Request-Headers: x-session-id",
                    "",
                    ""));
            RawHttp.Answer preflight = http.answer();
            assertThat(preflight.status()).isEqualTo(200);
            assertThat(preflight.head())
                    .contains("Access-Control-Allow-Origin: http://page:1")
                    .contains("Access-Control-Allow-Methods: GET, POST", "Access-Control-Allow-Headers: *")
                    .contains("Access-Control-Allow-Credentials: true", "Content-Type: text/html");

            http.post("/v1/chat/completions", HELLO.formatted(true).replace('\'', '"'), "Origin: http://page:1");
            assertThat(http.answer().head()).contains("Access-Control-Allow-Origin: http://page:1");
        }
    }

    private static void stream(RawHttp http, int tokens) throws IOException {
        http.post(
                "/v1/chat/completions",
                "{\"messages\":[{\"content\":\"hello\"}],\"stream\":true,\"max_tokens\":" + tokens + "}");
    }

    private JsonNode slots() throws IOException {
        try (RawHttp http = new RawHttp(engine.address())) {
            http.get("/slots");
            return tree(http.answer().body());
        }
    }

    private JsonNode tree(String text) {
        try {
            return json.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }
}
