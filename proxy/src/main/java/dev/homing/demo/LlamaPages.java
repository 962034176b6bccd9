// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** What a llama-server tells about itself. */
final class LlamaPages {

    private LlamaPages() {}

    static ObjectNode models(Dialect.View view) {
        String name = view.settings().model();
        ObjectNode model = Json.object("name", name)
                .put("model", name)
                .put("modified_at", "")
                .put("size", "")
                .put("digest", "")
                .put("type", "model")
                .put("description", "");
        model.set("tags", Json.array().add(""));
        model.set("capabilities", Json.array().add("completion"));
        ObjectNode entry = Json.object("id", name);
        entry.set("aliases", Json.array().add(name));
        entry.set("tags", Json.array());
        entry.put("object", "model").put("created", view.startedSeconds()).put("owned_by", "llamacpp");
        int context = view.settings().capacity().contextTokens();
        entry.set("meta", Json.object().put("n_ctx", context).put("n_ctx_train", context));
        ObjectNode whole = Json.object();
        whole.set("models", Json.array(model));
        whole.put("object", "list");
        whole.set("data", Json.array(entry));
        return whole;
    }

    static ObjectNode props(Dialect.View view) {
        EngineSettings settings = view.settings();
        ObjectNode params =
                Json.object().put("max_tokens", -1).put("n_predict", -1).put("stream", false);
        ObjectNode defaults = Json.object();
        defaults.set("params", params);
        defaults.put("n_ctx", settings.capacity().contextTokens());
        ObjectNode props = Json.object();
        props.set("default_generation_settings", defaults);
        props.put("total_slots", settings.capacity().slots())
                .put("model_alias", settings.model())
                .put("model_ftype", "F16")
                .put("model_path", settings.model() + ".gguf");
        props.set(
                "modalities",
                Json.object().put("vision", false).put("video", false).put("audio", false));
        return props.put("endpoint_slots", true)
                .put("endpoint_props", true)
                .put("endpoint_metrics", true)
                .put("ui", false)
                .put("build_info", LlamaDialect.BUILD)
                .put("is_sleeping", false);
    }

    static ArrayNode slots(Dialect.View view) {
        ArrayNode slots = Json.array();
        int id = 0;
        for (Generation generation : view.engine().slots()) {
            ObjectNode slot = Json.object()
                    .put("id", id++)
                    .put("n_ctx", view.settings().capacity().contextTokens())
                    .put("speculative", false)
                    .put("is_processing", generation != null);
            tell(slot, generation);
            slots.add(slot);
        }
        return slots;
    }

    private static void tell(ObjectNode slot, @Nullable Generation generation) {
        if (generation == null) {
            return;
        }
        slot.put("id_task", generation.promptDigest & 0xffff)
                .put("n_prompt_tokens", generation.promptTokens + generation.produced)
                .put("n_prompt_tokens_processed", generation.processed - generation.cached)
                .put("n_prompt_tokens_cache", generation.cached);
        ObjectNode next = Json.object()
                .put("has_next_token", true)
                .put("has_new_line", false)
                .put("n_remain", generation.answerTokens - generation.produced)
                .put("n_decoded", generation.produced);
        slot.set("next_token", Json.array(next));
    }

    static String metrics(Dialect.View view) {
        Counters c = view.counters();
        long read = c.promptTokens - c.cachedTokens;
        double promptSpeed = c.prefillSeconds > 0 ? read / c.prefillSeconds : 0;
        double decodeSpeed = c.decodeSeconds > 0 ? c.generatedTokens / c.decodeSeconds : 0;
        return new MetricsText("llamacpp:", "")
                .counter("prompt_tokens_total", "Number of prompt tokens processed, excluding cached tokens", read)
                .counter("prompt_tokens_cached_total", "Number of prompt tokens reused from the cache", c.cachedTokens)
                .counter("prompt_seconds_total", "Total time spent processing prompts", c.prefillSeconds)
                .counter("tokens_predicted_total", "Number of generation tokens processed", c.generatedTokens)
                .counter("tokens_predicted_seconds_total", "Total time spent generating tokens", c.decodeSeconds)
                .counter("n_decode_total", "Total number of llama_decode() calls", c.generatedTokens + c.prefills)
                .gauge("prompt_tokens_seconds", "Average prompt throughput in tokens/s", promptSpeed)
                .gauge("predicted_tokens_seconds", "Average generation throughput in tokens/s", decodeSpeed)
                .gauge(
                        "requests_processing",
                        "Number of requests processing",
                        view.engine().active())
                .gauge(
                        "requests_deferred",
                        "Number of requests deferred",
                        view.engine().waiting())
                .gauge(
                        "n_busy_slots_per_decode",
                        "Average number of busy slots per llama_decode() call",
                        view.engine().active())
                .toString();
    }
}
