// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** llama-server's {@code /v1/completions}: the last chunk always has usage and timings. */
final class LlamaCompletion implements Shape {

    @Override
    public void token(Answer answer, String text, Frames out) {
        out.data(body(answer, text, null));
    }

    @Override
    public void finished(Answer answer, Frames out) {
        out.data(withUsage(answer, body(answer, "", answer.finishReason())));
    }

    @Override
    public ObjectNode whole(Answer answer) {
        return withUsage(answer, body(answer, answer.text.toString(), answer.finishReason()));
    }

    private static ObjectNode body(Answer answer, String text, @Nullable String finish) {
        ObjectNode body = Json.object();
        body.set(
                "choices",
                Json.array(Json.object("text", text)
                        .put("index", 0)
                        .putNull("logprobs")
                        .put("finish_reason", finish)));
        return body.put("created", answer.created)
                .put("model", answer.model)
                .put("system_fingerprint", LlamaDialect.BUILD)
                .put("object", "text_completion")
                .put("id", answer.id);
    }

    private static ObjectNode withUsage(Answer answer, ObjectNode body) {
        body.set("usage", LlamaDialect.usage(answer));
        body.set("timings", answer.timings());
        return body;
    }
}
