// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** vLLM's {@code /v1/completions}: the last token's chunk says why it ends, usage only when asked for. */
final class VllmCompletion implements Shape {

    private final boolean cacheReport;

    VllmCompletion(boolean cacheReport) {
        this.cacheReport = cacheReport;
    }

    @Override
    public void token(Answer answer, String text, Frames out) {
        boolean last = answer.answerTokens() == answer.generation.answerTokens;
        out.data(body(answer, choices(text, last ? answer.finishReason() : null)));
    }

    @Override
    public void finished(Answer answer, Frames out) {
        if (answer.includeUsage) {
            ObjectNode usage = body(answer, Json.array());
            usage.set("usage", VllmDialect.usage(answer, cacheReport, false));
            out.data(usage);
        }
    }

    @Override
    public ObjectNode whole(Answer answer) {
        ObjectNode whole = body(answer, choices(answer.text.toString(), answer.finishReason()));
        whole.putNull("service_tier").put("system_fingerprint", VllmDialect.FINGERPRINT);
        whole.set("usage", VllmDialect.usage(answer, cacheReport, true));
        return whole.putNull("kv_transfer_params");
    }

    private static ArrayNode choices(String text, @Nullable String finish) {
        return Json.array(Json.object()
                .put("index", 0)
                .put("text", text)
                .putNull("logprobs")
                .put("finish_reason", finish)
                .putNull("stop_reason"));
    }

    private static ObjectNode body(Answer answer, ArrayNode choices) {
        ObjectNode body = Json.object("id", answer.id)
                .put("object", "text_completion")
                .put("created", answer.created)
                .put("model", answer.model);
        body.set("choices", choices);
        return body;
    }
}
