// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a vLLM tells about itself. */
final class VllmPages {

    private VllmPages() {}

    static ObjectNode models(Dialect.View view) {
        String name = view.settings().model();
        ObjectNode model = Json.object("id", name)
                .put("object", "model")
                .put("created", view.startedSeconds())
                .put("owned_by", "vllm")
                .put("root", name)
                .putNull("parent")
                .put("max_model_len", view.settings().capacity().contextTokens());
        model.set("permission", Json.array());
        ObjectNode whole = Json.object("object", "list");
        whole.set("data", Json.array(model));
        return whole;
    }

    static String metrics(Dialect.View view) {
        Counters c = view.counters();
        PrefixCache cache = view.engine().cache();
        String model = "model_name=\"" + view.settings().model() + "\"";
        String labels = "{engine=\"0\"," + model + "}";
        double usage = cache.capacityTokens() == 0 ? 0 : (double) cache.tokens() / cache.capacityTokens();
        MetricsText text = new MetricsText("vllm:", labels)
                .gauge(
                        "num_requests_running",
                        "Number of requests in model execution batches.",
                        view.engine().active())
                .gauge(
                        "num_requests_waiting",
                        "Number of requests waiting to be processed.",
                        view.engine().waiting())
                .gauge("kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", usage)
                .counter(
                        "prefix_cache_queries_total",
                        "Prefix cache queries, in terms of number of queried tokens.",
                        c.promptTokens)
                .counter(
                        "prefix_cache_hits_total",
                        "Prefix cache hits, in terms of number of cached tokens.",
                        c.cachedTokens)
                .counter("num_preemptions_total", "Cumulative number of preemption from the engine.", 0)
                .counter("prompt_tokens_total", "Number of prefill tokens processed.", c.promptTokens)
                .counter("prompt_tokens_cached_total", "Number of cached prompt tokens.", c.cachedTokens)
                .counter("generation_tokens_total", "Number of generation tokens processed.", c.generatedTokens);
        String request = "{engine=\"0\"," + model + ",finished_reason=";
        text.line("vllm:request_success_total" + request + "\"stop\"}", c.answered);
        text.line("vllm:request_success_total" + request + "\"abort\"}", c.cancelled());
        text.line(
                "vllm:cache_config_info{block_size=\"" + PromptHasher.BLOCK_TOKENS
                        + "\",enable_prefix_caching=\"True\",engine=\"0\",num_gpu_blocks=\""
                        + cache.capacityTokens() / PromptHasher.BLOCK_TOKENS + "\"}",
                1);
        return text.line("process_start_time_seconds", view.startedSeconds()).toString();
    }
}
