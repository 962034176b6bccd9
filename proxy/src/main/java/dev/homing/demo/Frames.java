// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.JsonNode;

/** Server-sent events that leave together, in one chunk. */
final class Frames {

    private final StringBuilder text = new StringBuilder();

    Frames data(JsonNode json) {
        text.append("data: ").append(json).append("\n\n");
        return this;
    }

    /** An event named as its own {@code type} says. */
    Frames event(JsonNode json) {
        text.append("event: ").append(json.path("type").asText()).append('\n');
        return data(json);
    }

    Frames done() {
        text.append("data: [DONE]\n\n");
        return this;
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    String take() {
        String all = text.toString();
        text.setLength(0);
        return all;
    }
}
