// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * OpenAI's responses. The members that OpenAI's own SDK validates are all there, also those that the real servers of today leave out; usage is
 * in the last event, and no {@code [DONE]} follows.
 */
final class ResponsesShape implements Shape {

    private final boolean llama;
    private int sequence;

    private ResponsesShape(boolean llama) {
        this.llama = llama;
    }

    static ResponsesShape llama() {
        return new ResponsesShape(true);
    }

    static ResponsesShape vllm() {
        return new ResponsesShape(false);
    }

    @Override
    public void started(Answer answer, Frames out) {
        for (String type : new String[] {"response.created", "response.in_progress"}) {
            ObjectNode event = event(type);
            event.set("response", response(answer, "in_progress", Json.array()));
            out.event(event);
        }
    }

    @Override
    public void token(Answer answer, String text, Frames out) {
        if (answer.answerTokens() == 1) {
            ObjectNode added = event("response.output_item.added").put("output_index", 0);
            added.set("item", item(answer, "in_progress", Json.array()));
            out.event(added);
            ObjectNode part = inItem(answer, "response.content_part.added");
            part.set("part", part(""));
            out.event(part);
        }
        ObjectNode delta = inItem(answer, "response.output_text.delta").put("delta", text);
        delta.set("logprobs", Json.array());
        out.event(delta);
    }

    @Override
    public void finished(Answer answer, Frames out) {
        String text = answer.text.toString();
        ObjectNode done = inItem(answer, "response.output_text.done").put("text", text);
        done.set("logprobs", Json.array());
        out.event(done);
        ObjectNode partDone = inItem(answer, "response.content_part.done");
        partDone.set("part", part(text));
        out.event(partDone);
        ObjectNode itemDone = event("response.output_item.done").put("output_index", 0);
        itemDone.set("item", item(answer, "completed", Json.array(part(text))));
        out.event(itemDone);
        ObjectNode completed = event("response.completed");
        completed.set("response", whole(answer));
        if (llama) {
            completed.set("timings", answer.timings());
        }
        out.event(completed);
    }

    @Override
    public void last(Frames out) {}

    @Override
    public ObjectNode whole(Answer answer) {
        ArrayNode output = Json.array(item(answer, "completed", Json.array(part(answer.text.toString()))));
        ObjectNode whole = response(answer, "completed", output);
        whole.put("completed_at", answer.created);
        whole.set("usage", usage(answer));
        return whole;
    }

    private ObjectNode usage(Answer answer) {
        ObjectNode input =
                Json.object().put("cached_tokens", answer.cachedTokens()).put("cache_write_tokens", 0);
        ObjectNode output = Json.object().put("reasoning_tokens", 0);
        if (!llama) {
            input.set("input_tokens_per_turn", Json.array());
            input.set("cached_tokens_per_turn", Json.array());
            output.put("tool_output_tokens", 0);
        }
        ObjectNode usage = Json.object().put("input_tokens", answer.promptTokens());
        usage.set("input_tokens_details", input);
        usage.put("output_tokens", answer.answerTokens());
        usage.set("output_tokens_details", output);
        return usage.put("total_tokens", answer.promptTokens() + answer.answerTokens());
    }

    private static ObjectNode response(Answer answer, String status, ArrayNode output) {
        ObjectNode response = Json.object("id", answer.id)
                .put("object", "response")
                .put("created_at", answer.created)
                .put("status", status)
                .putNull("error")
                .putNull("incomplete_details")
                .putNull("instructions")
                .put("model", answer.model);
        response.set("output", output);
        response.set("metadata", Json.object());
        response.set("tools", Json.array());
        return response.put("parallel_tool_calls", true)
                .put("temperature", 1.0)
                .put("tool_choice", "auto")
                .put("top_p", 1.0)
                .putNull("usage");
    }

    private static ObjectNode item(Answer answer, String status, ArrayNode content) {
        ObjectNode item = Json.object("type", "message").put("status", status).put("id", itemId(answer));
        item.set("content", content);
        return item.put("role", "assistant");
    }

    private static ObjectNode part(String text) {
        ObjectNode part = Json.object("type", "output_text");
        part.set("annotations", Json.array());
        part.set("logprobs", Json.array());
        return part.put("text", text);
    }

    private ObjectNode inItem(Answer answer, String type) {
        return event(type).put("item_id", itemId(answer)).put("output_index", 0).put("content_index", 0);
    }

    private ObjectNode event(String type) {
        return Json.object("type", type).put("sequence_number", sequence++);
    }

    private static String itemId(Answer answer) {
        return "msg_" + answer.id.substring(answer.id.indexOf('_') + 1);
    }
}
