// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** vLLM's chat completions: the role chunk comes with the first token, usage only when asked for. */
final class VllmChat implements Shape {

    private final boolean cacheReport;

    VllmChat(boolean cacheReport) {
        this.cacheReport = cacheReport;
    }

    @Override
    public void token(Answer answer, String text, Frames out) {
        if (answer.answerTokens() == 1) {
            out.data(chunk(
                    answer, Json.array(choice(Json.object("role", "assistant").put("content", "")))));
        }
        out.data(chunk(answer, Json.array(choice(Json.object("content", text)))));
    }

    @Override
    public void finished(Answer answer, Frames out) {
        ObjectNode choice = choice(Json.object("content", "")).put("finish_reason", answer.finishReason());
        out.data(chunk(answer, Json.array(choice.putNull("stop_reason"))));
        if (answer.includeUsage) {
            ObjectNode usage = chunk(answer, Json.array());
            usage.set("usage", VllmDialect.usage(answer, cacheReport, false));
            out.data(usage);
        }
    }

    private static ObjectNode choice(ObjectNode delta) {
        ObjectNode choice = Json.object().put("index", 0);
        choice.set("delta", delta);
        return choice.putNull("logprobs").putNull("finish_reason");
    }

    private static ObjectNode chunk(Answer answer, ArrayNode choices) {
        ObjectNode chunk = Json.object("id", answer.id)
                .put("object", "chat.completion.chunk")
                .put("created", answer.created)
                .put("model", answer.model);
        chunk.set("choices", choices);
        return chunk.put("system_fingerprint", VllmDialect.FINGERPRINT);
    }

    @Override
    public ObjectNode whole(Answer answer) {
        ObjectNode message = Json.object("role", "assistant")
                .put("content", answer.text.toString())
                .putNull("refusal")
                .putNull("annotations")
                .putNull("audio")
                .putNull("function_call");
        message.set("tool_calls", Json.array());
        ObjectNode choice = Json.object().put("index", 0);
        choice.set("message", message.putNull("reasoning"));
        choice.putNull("logprobs")
                .put("finish_reason", answer.finishReason())
                .putNull("stop_reason")
                .putNull("token_ids");
        ObjectNode whole = Json.object("id", answer.id)
                .put("object", "chat.completion")
                .put("created", answer.created)
                .put("model", answer.model);
        whole.set("choices", Json.array(choice));
        whole.putNull("service_tier").put("system_fingerprint", VllmDialect.FINGERPRINT);
        whole.set("usage", VllmDialect.usage(answer, cacheReport, true));
        return whole.putNull("prompt_logprobs").putNull("prompt_token_ids").putNull("kv_transfer_params");
    }
}
