// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the admin listener.
 *
 * @param headers beside those that every answer has
 */
record AdminResponse(HttpResponseStatus status, String contentType, String body, Map<String, String> headers) {

    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final String HTML = "text/html; charset=utf-8";
    private static final String EVENTS = "text/event-stream";
    private static final String JSON = "application/json";

    static AdminResponse text(HttpResponseStatus status, String body) {
        return new AdminResponse(status, PLAIN, body + "\n", Map.of());
    }

    static AdminResponse html(HttpResponseStatus status, String body, Map<String, String> headers) {
        return new AdminResponse(status, HTML, body, headers);
    }

    /** The head of a stream of events, which go on until either side closes. */
    static AdminResponse events() {
        return new AdminResponse(HttpResponseStatus.OK, EVENTS, "", Map.of());
    }

    static AdminResponse json(Object value) {
        return new AdminResponse(HttpResponseStatus.OK, JSON, AdminJson.write(value), Map.of());
    }

    static AdminResponse error(HttpResponseStatus status, String message) {
        return error(status, List.of(message));
    }

    /** One message stands alone; several are listed beside the first. */
    static AdminResponse error(HttpResponseStatus status, List<String> messages) {
        ErrorBody body = new ErrorBody(new ErrorDetail(messages.get(0), messages.size() == 1 ? null : messages));
        return new AdminResponse(status, JSON, AdminJson.write(body), Map.of());
    }

    /** What an operation came to. */
    static <T> AdminResponse of(Reply<T> reply) {
        if (reply instanceof Reply.Refused<T> refused) {
            return error(
                    switch (refused.reason()) {
                        case INVALID -> HttpResponseStatus.BAD_REQUEST;
                        case UNKNOWN -> HttpResponseStatus.NOT_FOUND;
                        case CONFLICT -> HttpResponseStatus.CONFLICT;
                    },
                    refused.messages());
        }
        if (reply instanceof Reply.Done<T> done) {
            return json(done.value());
        }
        throw new AssertionError(reply);
    }

    AdminResponse with(String name, String value) {
        return new AdminResponse(status, contentType, body, Map.of(name, value));
    }

    /** Whether its body is what happens from now on. */
    boolean isEvents() {
        return contentType.equals(EVENTS);
    }

    byte[] bytes() {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    private record ErrorBody(ErrorDetail error) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record ErrorDetail(String message, @Nullable List<String> errors) {}
}
