// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The registry as a JSON Schema, which editors complete and check a file by. Draft 7: what they all know. */
final class JsonSchema {

    private JsonSchema() {}

    /** The schema of a whole file. */
    static Map<String, Object> document() {
        Map<String, Object> schema = Json.object(
                "$schema", "http://json-schema.org/draft-07/schema#",
                "title", "homing",
                "description", "Configuration of homing. See docs/configuration.md.");
        schema.putAll(object(Registry.TOP));
        schema.put(
                "oneOf",
                List.of(Json.object("required", List.of("backends")), Json.object("required", List.of("pools"))));
        schema.put(
                "definitions",
                Json.object(
                        "variable",
                        Json.object(
                                "description", "A text with ${NAME} or ${NAME:-default}.",
                                "type", "string",
                                "pattern", "\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}")));
        return schema;
    }

    /** The schema of one mapping. */
    static Map<String, Object> object(KeySet<?> keys) {
        Map<String, Object> root =
                Json.object("type", "object", "additionalProperties", false, "properties", Json.object());
        List<String> required = new ArrayList<>();
        for (Key<?, ?> key : keys.keys()) {
            section(root, key.path()).put(key.name(), property(key));
            if (key.fallback().isEmpty()) {
                required.add(key.path());
            }
        }
        if (!required.isEmpty()) {
            root.put("required", required);
        }
        return root;
    }

    private static Map<String, Object> property(Key<?, ?> key) {
        Map<String, Object> property =
                Json.object("description", key.explanation().meaning());
        property.putAll(key.type().schema());
        Object standard = key.writtenDefault();
        if (standard != null) {
            property.put("default", standard);
        }
        return property;
    }

    /** The properties among which a path's last name stands; sections on the way are made. */
    private static Map<String, Object> section(Map<String, Object> root, String path) {
        Map<String, Object> properties = properties(root);
        int from = 0;
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', from)) {
            properties = properties(properties.computeIfAbsent(path.substring(from, dot), name -> empty()));
            from = dot + 1;
        }
        return properties;
    }

    private static Map<String, Object> empty() {
        return Json.object(
                "type", List.of("object", "null"), "additionalProperties", false, "properties", Json.object());
    }

    @SuppressWarnings("unchecked") // every one was made here
    private static Map<String, Object> properties(Object section) {
        return (Map<String, Object>) Objects.requireNonNull(((Map<String, Object>) section).get("properties"));
    }
}
