// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Anthropic's messages. A llama-server tells the cached tokens in the first event, before the prefill, and counts them out of
 * {@code input_tokens}; vLLM tells them in {@code message_delta}, and its first event comes with the first token.
 */
final class MessagesShape implements Shape {

    private final boolean llama;
    private final boolean cacheReport;

    private MessagesShape(boolean llama, boolean cacheReport) {
        this.llama = llama;
        this.cacheReport = cacheReport;
    }

    static MessagesShape llama() {
        return new MessagesShape(true, true);
    }

    static MessagesShape vllm(boolean cacheReport) {
        return new MessagesShape(false, cacheReport);
    }

    @Override
    public void prefillStarted(Answer answer, Frames out) {
        if (llama) {
            start(answer, out);
        }
    }

    private void start(Answer answer, Frames out) {
        ObjectNode usage = llama
                ? Json.object()
                        .put("cache_read_input_tokens", answer.cachedTokens())
                        .put("input_tokens", answer.promptTokens() - answer.cachedTokens())
                        .put("output_tokens", 0)
                : Json.object().put("input_tokens", answer.promptTokens()).put("output_tokens", 0);
        ObjectNode message = head(answer);
        message.set("content", Json.array());
        message.put("model", answer.model).putNull("stop_reason").putNull("stop_sequence");
        message.set("usage", usage);
        ObjectNode event = type("message_start");
        event.set("message", message);
        out.event(event);
    }

    @Override
    public void token(Answer answer, String text, Frames out) {
        if (answer.answerTokens() == 1) {
            if (!llama) {
                start(answer, out);
            }
            ObjectNode block = type("content_block_start").put("index", 0);
            block.set("content_block", type("text").put("text", ""));
            out.event(block);
        }
        ObjectNode delta = type("content_block_delta").put("index", 0);
        delta.set("delta", type("text_delta").put("text", text));
        out.event(delta);
    }

    @Override
    public void finished(Answer answer, Frames out) {
        out.event(type("content_block_stop").put("index", 0));
        ObjectNode delta = type("message_delta");
        delta.set("delta", Json.object("stop_reason", stopReason(answer)).putNull("stop_sequence"));
        delta.set("usage", llama ? Json.object().put("output_tokens", answer.answerTokens()) : usage(answer));
        out.event(delta);
    }

    @Override
    public void last(Frames out) {
        out.event(type("message_stop"));
    }

    @Override
    public ObjectNode whole(Answer answer) {
        ObjectNode whole = head(answer);
        whole.set("content", Json.array(type("text").put("text", answer.text.toString())));
        whole.put("model", answer.model).put("stop_reason", stopReason(answer)).putNull("stop_sequence");
        whole.set("usage", usage(answer));
        return whole;
    }

    private ObjectNode usage(Answer answer) {
        long read = answer.promptTokens() - answer.cachedTokens();
        if (llama) {
            return Json.object()
                    .put("cache_read_input_tokens", answer.cachedTokens())
                    .put("input_tokens", read)
                    .put("output_tokens", answer.answerTokens());
        }
        if (!cacheReport) {
            return Json.object().put("input_tokens", answer.promptTokens()).put("output_tokens", answer.answerTokens());
        }
        return Json.object()
                .put("input_tokens", 0)
                .put("output_tokens", answer.answerTokens())
                .put("cache_creation_input_tokens", read)
                .put("cache_read_input_tokens", answer.cachedTokens());
    }

    private static ObjectNode head(Answer answer) {
        return Json.object("id", answer.id).put("type", "message").put("role", "assistant");
    }

    private static ObjectNode type(String type) {
        return Json.object("type", type);
    }

    private static String stopReason(Answer answer) {
        return answer.limited ? "max_tokens" : "end_turn";
    }
}
