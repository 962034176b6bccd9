// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** llama-server's chat completions: timings in the last chunk with JSON in it, which is the usage chunk if there is one. */
final class LlamaChat implements Shape {

    @Override
    public void started(Answer answer, Frames out) {
        ObjectNode role = Json.object("role", "assistant").putNull("content");
        out.data(chunk(answer, Json.array(choice(role))));
    }

    @Override
    public void token(Answer answer, String text, Frames out) {
        out.data(chunk(answer, Json.array(choice(Json.object("content", text)))));
    }

    @Override
    public void finished(Answer answer, Frames out) {
        ObjectNode choice = choice(Json.object()).put("finish_reason", answer.finishReason());
        ObjectNode finish = chunk(answer, Json.array(choice));
        if (answer.includeUsage) {
            out.data(finish);
            ObjectNode usage = chunk(answer, Json.array());
            usage.set("usage", LlamaDialect.usage(answer));
            usage.set("timings", answer.timings());
            out.data(usage);
        } else {
            finish.set("timings", answer.timings());
            out.data(finish);
        }
    }

    private static ObjectNode choice(ObjectNode delta) {
        ObjectNode choice = Json.object().putNull("finish_reason").put("index", 0);
        choice.set("delta", delta);
        return choice;
    }

    private static ObjectNode chunk(Answer answer, ArrayNode choices) {
        ObjectNode chunk = Json.object();
        chunk.set("choices", choices);
        return chunk.put("created", answer.created)
                .put("id", answer.id)
                .put("model", answer.model)
                .put("system_fingerprint", LlamaDialect.BUILD)
                .put("object", "chat.completion.chunk");
    }

    @Override
    public ObjectNode whole(Answer answer) {
        ObjectNode choice =
                Json.object().put("finish_reason", answer.finishReason()).put("index", 0);
        choice.set("message", Json.object("role", "assistant").put("content", answer.text.toString()));
        ObjectNode whole = Json.object();
        whole.set("choices", Json.array(choice));
        whole.put("created", answer.created)
                .put("model", answer.model)
                .put("system_fingerprint", LlamaDialect.BUILD)
                .put("object", "chat.completion");
        whole.set("usage", LlamaDialect.usage(answer));
        whole.put("id", answer.id);
        whole.set("timings", answer.timings());
        return whole;
    }
}
