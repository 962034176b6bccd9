// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.loop.DurationText;
import dev.homing.routing.BackendState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wants of a backend: {@code {"state":"drain","deadline":"10m"}}.
 *
 * @param deadline {@code > 0}, null = none; only a drain has one
 */
record StateWish(BackendState state, @Nullable Duration deadline) {

    private static final Map<String, BackendState> STATES =
            Map.of("ready", BackendState.READY, "drain", BackendState.DRAIN, "off", BackendState.OFF);

    /** The wish that a request's body asks for; refused with all that is wrong with it. */
    static Reply<StateWish> parse(String body) {
        JsonNode request;
        try {
            request = AdminJson.read(body);
        } catch (JsonProcessingException broken) {
            return Reply.refused(Reply.Reason.INVALID, "body: no JSON (expected: such as {\"state\":\"drain\"})");
        }
        List<String> errors = new ArrayList<>();
        request.fieldNames().forEachRemaining(name -> {
            if (!name.equals("state") && !name.equals("deadline")) {
                errors.add(name + ": unknown (expected: state, deadline)");
            }
        });
        BackendState state = STATES.get(request.path("state").asText());
        if (state == null) {
            errors.add("state: " + shown(request.path("state")) + " (expected: ready, drain or off)");
        }
        JsonNode deadline = request.path("deadline");
        Duration time = duration(deadline.asText());
        if (!deadline.isMissingNode() && time == null) {
            errors.add("deadline: " + shown(deadline) + " (expected: a duration such as 30s, 10m or 1h)");
        } else if (time != null && state != null && state != BackendState.DRAIN) {
            errors.add("deadline: " + shown(deadline) + " (expected: only with state drain)");
        }
        return state != null && errors.isEmpty()
                ? Reply.done(new StateWish(state, time))
                : new Reply.Refused<>(Reply.Reason.INVALID, errors);
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "none" : value.toString();
    }

    private static @Nullable Duration duration(String text) {
        Duration duration = DurationText.parse(text);
        return duration == null || duration.isZero() ? null : duration;
    }
}
