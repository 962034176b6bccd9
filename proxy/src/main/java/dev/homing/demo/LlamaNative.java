// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** llama-server's own {@code /completion}: a stream of it has no {@code [DONE]}, and {@code tokens_cached} is not the hit. */
final class LlamaNative implements Shape {

    @Override
    public void token(Answer answer, String text, Frames out) {
        ObjectNode piece = Json.object().put("index", 0).put("content", text);
        piece.set("tokens", Json.array());
        out.data(piece.put("stop", false)
                .put("id_slot", -1)
                .put("tokens_predicted", answer.answerTokens())
                .put("tokens_evaluated", answer.promptTokens()));
    }

    @Override
    public void finished(Answer answer, Frames out) {
        out.data(last(answer, ""));
    }

    @Override
    public void last(Frames out) {}

    @Override
    public ObjectNode whole(Answer answer) {
        return last(answer, answer.text.toString());
    }

    private static ObjectNode last(Answer answer, String content) {
        ObjectNode last = Json.object().put("index", 0).put("content", content);
        last.set("tokens", Json.array());
        last.put("id_slot", 0)
                .put("stop", true)
                .put("model", answer.model)
                .put("tokens_predicted", answer.answerTokens())
                .put("tokens_evaluated", answer.promptTokens())
                .put("has_new_line", false)
                .put("truncated", false)
                .put("stop_type", answer.limited ? "limit" : "eos")
                .put("stopping_word", "")
                .put("tokens_cached", answer.promptTokens() + answer.answerTokens());
        last.set("timings", answer.timings());
        return last;
    }
}
