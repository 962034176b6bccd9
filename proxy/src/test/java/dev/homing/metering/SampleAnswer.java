// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer in the shape that one engine gives it, and what it tells.
 *
 * @param usage null when it tells none
 * @param beforeContent the start of a stream up to, but without, the first byte of content; null when there is no such byte
 */
record SampleAnswer(
        String name,
        String path,
        String contentType,
        String body,
        @Nullable Usage usage,
        @Nullable String beforeContent) {

    private static final String JSON = "application/json; charset=utf-8";
    private static final String EVENTS = "text/event-stream";
    private static final String CHAT = "/v1/chat/completions";

    byte[] bytes() {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    UsageScanner scanner() {
        UsageScanner scanner = UsageScanner.forResponse("POST", path, 200, contentType, null);
        if (scanner == null) {
            throw new AssertionError(name + ": no scanner");
        }
        return scanner;
    }

    @Override
    public String toString() {
        return name;
    }

    /** The same answer with CRLF line ends. */
    SampleAnswer withCarriageReturns() {
        return new SampleAnswer(
                name + ", CRLF",
                path,
                contentType,
                body.replace("\n", "\r\n"),
                usage,
                beforeContent == null ? null : beforeContent.replace("\n", "\r\n"));
    }

    private static SampleAnswer whole(String name, String path, String body, @Nullable Usage usage) {
        return new SampleAnswer(name, path, JSON, body, usage, null);
    }

    private static SampleAnswer stream(
            String name, String path, String body, @Nullable Usage usage, @Nullable String contentStarts) {
        String before = contentStarts == null ? null : body.substring(0, body.indexOf(contentStarts));
        return new SampleAnswer(name, path, EVENTS, body, usage, before);
    }

    static List<SampleAnswer> all() {
        List<SampleAnswer> all = new ArrayList<>();
        chatCompletions(all);
        completions(all);
        responses(all);
        messages(all);
        for (SampleAnswer sample : List.copyOf(all)) {
            if (sample.contentType.equals(EVENTS)) {
                all.add(sample.withCarriageReturns());
            }
        }
        return all;
    }

    private static void chatCompletions(List<SampleAnswer> all) {
        all.add(whole("llama-server chat", CHAT, """
                {"choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant","content":"Hi \\"usage\\":{\\"prompt_tokens\\":7}"}}],"created":1787400000,"model":"m","system_fingerprint":"b10573-3f545becc","object":"chat.completion","usage":{"completion_tokens":2,"prompt_tokens":290,"total_tokens":292,"prompt_tokens_details":{"cached_tokens":285}},"id":"chatcmpl-x","timings":{"cache_n":285,"prompt_n":5,"prompt_ms":20.1,"prompt_per_token_ms":4.02,"prompt_per_second":248.7,"predicted_n":2,"predicted_ms":30.0,"predicted_per_token_ms":15.0,"predicted_per_second":66.6}}""", new Usage(290, 285, 2)));
        all.add(whole(
                "llama-server chat before it told cached tokens", "/chat/completions", """
                {"choices":[],"usage":{"completion_tokens":2,"prompt_tokens":290,"total_tokens":292},"timings":{"prompt_n":5,"cache_n":285,"predicted_n":2}}""", new Usage(290, 285, 2)));
        all.add(whole(
                "llama-server chat before it told anything of its cache", CHAT, """
                {"choices":[],"usage":{"completion_tokens":2,"prompt_tokens":290,"total_tokens":292},"timings":{"prompt_n":5,"predicted_n":2}}""", new Usage(290, Usage.UNKNOWN, 2)));
        all.add(whole("vLLM chat", CHAT, """
                {"id":"chatcmpl-x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null,"tool_calls":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1008,"total_tokens":1058,"completion_tokens":50,"prompt_tokens_details":{"cached_tokens":960,"created_cache_tokens":48,"multimodal_tokens":null}},"prompt_logprobs":null}""", new Usage(1008, 960, 50)));
        all.add(whole("vLLM chat without details", CHAT, """
                {"choices":[{"message":{"content":"Hi"}}],"usage":{"prompt_tokens":1008,"total_tokens":1058,"completion_tokens":50,"prompt_tokens_details":null},"kv_transfer_params":null}""", new Usage(1008, Usage.UNKNOWN, 50)));
        all.add(stream("llama-server chat stream without include_usage", CHAT, """
                data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1,"id":"chatcmpl-x","model":"m","system_fingerprint":"b1","object":"chat.completion.chunk"}

                :

                data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":""}}],"created":1}

                data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Hi"}}],"created":1,"id":"chatcmpl-x","model":"m","system_fingerprint":"b1","object":"chat.completion.chunk"}

                data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":" \\\\\\"usage\\": things\\\\"}}],"created":1,"id":"chatcmpl-x"}

                data: {"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"created":1,"id":"chatcmpl-x","model":"m","object":"chat.completion.chunk","timings":{"cache_n":285,"prompt_n":5,"prompt_ms":4.931,"predicted_n":16,"predicted_ms":63.532}}

                data: [DONE]

                """, new Usage(290, 285, 16), "Hi\""));
        all.add(stream("llama-server chat stream with include_usage", CHAT, """
                data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1}

                data: {"choices":[{"finish_reason":null,"index":0,"delta":{"reasoning_content":"Hm"}}],"created":1}

                data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Hi"}}],"created":1}

                data: {"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"created":1}

                data: {"choices":[],"created":1,"id":"chatcmpl-x","model":"m","usage":{"completion_tokens":2,"prompt_tokens":290,"total_tokens":292,"prompt_tokens_details":{"cached_tokens":285}},"timings":{"cache_n":285,"prompt_n":5,"predicted_n":2}}

                data: [DONE]

                """, new Usage(290, 285, 2), "Hm\""));
        all.add(stream(
                "vLLM chat stream with usage in every chunk",
                "/prefix/v1/chat/completions",
                """
                data: {"id":"chatcmpl-x","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":{"prompt_tokens":1008,"total_tokens":1008,"completion_tokens":0}}

                data: {"id":"chatcmpl-x","choices":[{"index":0,"delta":{"reasoning":"so"},"finish_reason":null}],"usage":{"prompt_tokens":1008,"total_tokens":1009,"completion_tokens":1}}

                data: {"id":"chatcmpl-x","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"system_fingerprint":"vllm-0.25.0-1a2b3c4d","usage":{"prompt_tokens":1008,"total_tokens":1058,"completion_tokens":50,"prompt_tokens_details":{"cached_tokens":960,"created_cache_tokens":48}}}

                data: [DONE]

                """,
                new Usage(1008, 960, 50),
                "so\""));
        all.add(stream(
                "vLLM chat stream that calls a tool and tells no usage",
                CHAT,
                """
                data:{"choices":[{"index":0,"delta":{"role":"assistant","content":"","tool_calls":[]},"finish_reason":null}],"usage":null}

                data:{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]},"finish_reason":null}],"usage":null}

                data:{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"tool_calls"}],"usage":null}

                data: [DONE]

                """,
                null,
                "{\"index\":0,\"id\":\"call_1\""));
        all.add(stream("a stream that ends in an error", CHAT, """
                data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}

                data: {"error":{"code":500,"message":"usage","type":"server_error"}}

                """, null, null));
    }

    private static void completions(List<SampleAnswer> all) {
        all.add(whole("llama-server completions", "/v1/completions", """
                {"choices":[{"text":" erhalten","index":0,"logprobs":null,"finish_reason":"length"}],"created":1,"model":"m","object":"text_completion","usage":{"completion_tokens":3,"prompt_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":1}},"id":"x","timings":{"cache_n":1,"prompt_n":3,"predicted_n":3}}""", new Usage(4, 1, 3)));
        all.add(stream("llama-server completions stream", "/v1/completions", """
                data: {"choices":[{"text":"","index":0,"logprobs":null,"finish_reason":null}],"created":1}

                data: {"choices":[{"text":" erhalten","index":0,"logprobs":null,"finish_reason":null}],"created":1}

                data: {"choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"length"}],"usage":{"completion_tokens":3,"prompt_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":1}},"timings":{"cache_n":1,"prompt_n":3,"predicted_n":3}}

                data: [DONE]

                """, new Usage(4, 1, 3), " erhalten\""));
        all.add(whole("llama-server native completion", "/completion", """
                {"index":0,"content":"Hi","tokens":[],"id_slot":0,"stop":true,"model":"m","tokens_predicted":2,"tokens_evaluated":290,"tokens_cached":292,"generation_settings":{"n_predict":2,"samplers":["top_k","usage"]},"timings":{"cache_n":285,"prompt_n":5,"predicted_n":2}}""", new Usage(290, 285, 2)));
        all.add(stream(
                "llama-server native completion stream with progress",
                "/completions",
                """
                data: {"index":0,"content":"","tokens":[],"stop":false,"prompt_progress":{"total":290,"cache":285,"processed":286,"time_ms":1}}

                data: {"index":0,"content":"Hi","tokens":[1],"stop":false,"id_slot":-1,"tokens_predicted":1,"tokens_evaluated":290}

                data: {"index":0,"content":"","tokens":[],"stop":true,"tokens_predicted":2,"tokens_evaluated":290,"tokens_cached":292,"timings":{"cache_n":285,"prompt_n":5,"predicted_n":2}}

                """,
                new Usage(290, 285, 2),
                "Hi\""));
    }

    private static void responses(List<SampleAnswer> all) {
        all.add(whole("vLLM responses", "/v1/responses", """
                {"id":"resp_1","output":[{"type":"message","content":[{"text":"Hi","type":"output_text"}]}],"usage":{"input_tokens":1008,"input_tokens_details":{"cached_tokens":960,"input_tokens_per_turn":[],"cached_tokens_per_turn":[]},"output_tokens":50,"output_tokens_details":{"reasoning_tokens":0,"tool_output_tokens":0},"total_tokens":1058}}""", new Usage(1008, 960, 50)));
        all.add(stream("llama-server responses stream", "/responses", """
                event: response.created
                data: {"type":"response.created","response":{"id":"resp_1","object":"response","status":"in_progress","usage":null}}

                event: response.output_text.delta
                data: {"type":"response.output_text.delta","item_id":"msg_1","delta":"Hi"}

                event: response.completed
                data: {"type":"response.completed","response":{"id":"resp_1","object":"response","output":[{"content":[{"text":"Hi"}]}],"usage":{"input_tokens":290,"output_tokens":2,"total_tokens":292,"input_tokens_details":{"cached_tokens":285}}},"timings":{"cache_n":285,"prompt_n":5,"predicted_n":2}}

                """, new Usage(290, 285, 2), "Hi\""));
    }

    private static void messages(List<SampleAnswer> all) {
        all.add(whole("llama-server messages", "/v1/messages", """
                {"id":"x","type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}],"usage":{"cache_read_input_tokens":285,"input_tokens":5,"output_tokens":2}}""", new Usage(290, 285, 2)));
        all.add(stream("llama-server messages stream", "/v1/messages", """
                event: message_start
                data: {"type":"message_start","message":{"id":"chatcmpl-x","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"stop_sequence":null,"usage":{"cache_read_input_tokens":285,"input_tokens":5,"output_tokens":0}}}

                event: ping
                data: {"type": "ping"}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}

                event: message_stop
                data: {"type":"message_stop"}

                """, new Usage(290, 285, 2), "Hi\""));
        all.add(stream(
                "vLLM messages stream that calls a tool", "/v1/messages", """
                event: message_start
                data: {"type":"message_start","message":{"id":"x","content":[],"usage":{"input_tokens":1008,"output_tokens":0}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"look","input":{}}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"input_tokens":0,"output_tokens":50,"cache_creation_input_tokens":48,"cache_read_input_tokens":960}}

                """, new Usage(1008, 960, 50), "look\""));
        all.add(whole("vLLM messages without details", "/v1/messages", """
                {"content":[],"usage":{"input_tokens":1008,"output_tokens":50,"cache_creation_input_tokens":null,"cache_read_input_tokens":null}}""", new Usage(1008, Usage.UNKNOWN, 50)));
    }
}
