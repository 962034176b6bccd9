// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The models that several servers list, as one list in OpenAI's shape: {@code data}, and beside it {@code models} when one of them has that, as a
 * llama-server does. What is said of a model is passed on as it came; of a model that several list, the first one's word counts.
 */
public final class ModelList {

    /** Numbers are kept digit by digit. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final Map<String, JsonNode> data = new LinkedHashMap<>();
    private final Map<String, JsonNode> models = new LinkedHashMap<>();

    /** Adds what a server listed; false when it is no list of models. An entry that names none is left out. */
    public boolean add(byte[] json) {
        JsonNode list;
        try {
            list = JSON.readTree(json);
        } catch (IOException e) {
            return false;
        }
        if (!list.path("data").isArray()) {
            return false;
        }
        list.path("data").forEach(entry -> add(data, entry, entry.path("id")));
        list.path("models").forEach(entry -> add(models, entry, entry.path("model")));
        return true;
    }

    /** The list as UTF-8 JSON. */
    public byte[] json() {
        ObjectNode list = JSON.createObjectNode();
        if (!models.isEmpty()) {
            list.putArray("models").addAll(models.values());
        }
        list.put("object", "list");
        list.putArray("data").addAll(data.values());
        try {
            return JSON.writeValueAsBytes(list);
        } catch (JsonProcessingException bug) {
            throw new IllegalStateException(bug);
        }
    }

    private static void add(Map<String, JsonNode> entries, JsonNode entry, JsonNode name) {
        if (name.isTextual()) {
            entries.putIfAbsent(name.textValue(), entry);
        }
    }
}
