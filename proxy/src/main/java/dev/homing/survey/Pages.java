// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.homing.health.Fetched;
import dev.homing.health.PlainText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How each page of a server is read. What is not understood counts as not told: other servers may have pages of the same names. */
final class Pages {

    /** llama-server calls itself that in every answer. */
    private static final String LLAMA = "llama.cpp";

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Pattern CACHE = Pattern.compile("(?m)^vllm:cache_config_info\\{([^}\\n]*)}");
    private static final Pattern RANK = Pattern.compile("(?m)^vllm:num_requests_running\\{([^}\\n]*)}");

    private Pages() {}

    /** Whether an answer says that a llama-server gave it. */
    static boolean isLlama(Fetched fetched) {
        return fetched instanceof Fetched.Page page && LLAMA.equals(page.header("server"));
    }

    /** Whether an answer asks for a key, or refuses the one that it got. */
    static boolean isLocked(Fetched fetched) {
        return fetched instanceof Fetched.Page page && (page.status() == 401 || page.status() == 403);
    }

    /** The models that {@code /v1/models} lists, without patterns such as a LiteLLM has among them. */
    static List<Survey.Model> models(Fetched fetched) {
        List<Survey.Model> models = new ArrayList<>();
        for (JsonNode entry : json(fetched).path("data")) {
            String name = words(entry.path("id"));
            if (!name.isEmpty() && !name.contains("*")) {
                long own = entry.path("meta").path("n_ctx").asLong(0);
                models.add(new Survey.Model(
                        name, Math.max(own, entry.path("max_model_len").asLong(0))));
            }
        }
        return models;
    }

    /** Whose models {@code /v1/models} says they are; empty when it does not say, null when it is no such list. */
    static @Nullable String owner(Fetched fetched) {
        JsonNode data = json(fetched).path("data");
        return data.isArray() ? words(data.path(0).path("owned_by")) : null;
    }

    /** What a llama-server tells at {@code /props}; null when the answer is none of one. */
    static Engine.@Nullable Props props(Fetched fetched) {
        JsonNode props = json(fetched);
        if (!props.path("build_info").isTextual()) {
            return null;
        }
        return new Engine.Props(
                words(props.path("build_info")),
                Math.max(0, props.path("total_slots").asInt(0)),
                Math.max(
                        0,
                        props.path("default_generation_settings").path("n_ctx").asInt(0)),
                props.path("endpoint_metrics").asBoolean(false),
                props.path("is_sleeping").asBoolean(false),
                props.path("role").asText().equals("router"));
    }

    /** What a vLLM tells at {@code /version}; null when the answer is none of one. */
    static @Nullable String version(Fetched fetched) {
        String version = words(json(fetched).path("version"));
        return version.isEmpty() ? null : version;
    }

    /** What a vLLM tells of its cache at {@code /metrics}; null when it does not. */
    static Engine.@Nullable Cache cache(Fetched fetched) {
        if (!(fetched instanceof Fetched.Page page) || page.status() != 200) {
            return null;
        }
        Matcher cache = CACHE.matcher(page.body());
        if (!cache.find()) {
            return null;
        }
        Set<String> ranks = new HashSet<>();
        Matcher rank = RANK.matcher(page.body());
        while (rank.find()) {
            ranks.add(label(rank.group(1), "engine"));
        }
        long tokens = number(label(cache.group(1), "block_size")) * number(label(cache.group(1), "num_gpu_blocks"));
        boolean prefixes = label(cache.group(1), "enable_prefix_caching").equals("True");
        return new Engine.Cache(prefixes, tokens, Math.max(1, ranks.size()));
    }

    private static String label(String labels, String name) {
        Matcher matcher = Pattern.compile("(?:^|,)" + name + "=\"([^\"]*)\"").matcher(labels);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static long number(String digits) {
        return digits.matches("[0-9]{1,9}") ? Long.parseLong(digits) : 0;
    }

    /** A successful answer's document; a missing node when it is none. */
    static JsonNode json(Fetched fetched) {
        if (fetched instanceof Fetched.Page page && page.status() == 200) {
            try {
                JsonNode tree = JSON.readTree(page.bytes());
                return tree == null ? MissingNode.getInstance() : tree;
            } catch (IOException notJson) {
                return MissingNode.getInstance();
            }
        }
        return MissingNode.getInstance();
    }

    private static String words(JsonNode node) {
        return PlainText.of(node.asText(""));
    }
}
