// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer: status and body, without the headers that its dialect adds to each.
 *
 * @param contentType null = none, for an empty body
 * @param headers of its own, in their order
 */
record Reply(int status, @Nullable String contentType, String body, Map<String, String> headers) {

    static Reply of(int status, String contentType, String body) {
        return new Reply(status, contentType, body, Map.of());
    }

    static Reply json(int status, String contentType, JsonNode body) {
        return of(status, contentType, body.toString());
    }

    static Reply empty(int status) {
        return new Reply(status, null, "", Map.of());
    }

    Reply with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Reply(status, contentType, body, more);
    }
}
