// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.loop.DurationText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * An answer that homing gives itself, in the shape of the API that was called.
 *
 * @param status HTTP status
 * @param type OpenAI's {@code error.type}
 * @param code OpenAI's {@code error.code}; also the closed set of {@code homing_rejected_total}'s reasons
 * @param message for people
 * @param retryAfter seconds after which to try again, 0 = waiting does not help
 */
public record ProxyError(int status, String type, String code, String message, int retryAfter) {

    /** 400: what cannot be read one way only is refused. */
    public static ProxyError malformed(String message) {
        return invalid(400, "malformed_request", message);
    }

    /** A request that breaks a rule or a limit. */
    public static ProxyError invalid(int status, String code, String message) {
        return new ProxyError(status, "invalid_request_error", code, message, 0);
    }

    /** 401: no API key that is known. */
    public static ProxyError unauthorized() {
        return invalid(
                401, "invalid_api_key", "no valid API key (expected: Authorization: Bearer KEY, or x-api-key: KEY)");
    }

    /** 404: no route matches, or the path is denied. */
    public static ProxyError notFound(String path) {
        return invalid(404, "not_found", "no route for " + path);
    }

    /** 413: the body is larger than {@code limits.body}. */
    public static ProxyError bodyTooLarge(long limit) {
        return invalid(413, "body_too_large", "request body larger than " + limit + " bytes (limits.body)");
    }

    /** 408: the client kept silent in the middle of its request. */
    public static ProxyError clientTimeout(String what) {
        return invalid(408, "request_timeout", what);
    }

    /** 503: nobody can take it. */
    public static ProxyError noBackend(String pool) {
        return new ProxyError(503, "server_overloaded", "no_backend", "no healthy backend in pool " + pool, 2);
    }

    /** 503: homing itself has no room. */
    public static ProxyError overloaded(String message) {
        return new ProxyError(503, "server_overloaded", "overloaded", message, 2);
    }

    /** 429: as many wait for full backends as may wait. */
    public static ProxyError queueFull(String pool, int limit, int retryAfter) {
        String message = "pool " + pool + ": all backends that would do are full, and " + limit
                + " requests wait already (queue.limit)";
        return new ProxyError(429, "server_overloaded", "queue_full", message, retryAfter);
    }

    /** 503: it waited for a full backend, and no other one has room. */
    public static ProxyError queueTimeout(String pool, Duration waited, int retryAfter) {
        String message =
                "pool " + pool + ": no backend had room within " + DurationText.of(waited) + " (queue.timeout)";
        return new ProxyError(503, "server_overloaded", "queue_timeout", message, retryAfter);
    }

    /** 502: the backend broke before its head. */
    public static ProxyError badGateway(String backend, String what) {
        return new ProxyError(502, "server_error", "bad_gateway", "backend " + backend + ": " + what, 0);
    }

    /** 504: the backend kept silent. */
    public static ProxyError gatewayTimeout(String backend, String what) {
        return new ProxyError(504, "server_error", "gateway_timeout", "backend " + backend + ": " + what, 0);
    }

    /** 508: the request came through this proxy before. */
    public static ProxyError loop() {
        return new ProxyError(508, "server_error", "loop", "this request has passed this proxy before", 0);
    }

    /** The body as UTF-8 JSON: Anthropic's shape below {@code /v1/messages}, else OpenAI's. */
    public byte[] body(String path) {
        String text = path.startsWith("/v1/messages")
                ? "{\"type\":\"error\",\"error\":{\"type\":\"" + anthropicType() + "\",\"message\":\""
                        + escaped(message) + "\"}}"
                : "{\"error\":{\"message\":\"" + escaped(message) + "\",\"type\":\"" + type
                        + "\",\"param\":null,\"code\":\"" + code + "\"}}";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String anthropicType() {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503 -> "overloaded_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }

    /** JSON string content, RFC 8259 section 7; messages may quote what a client sent. */
    private static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                out.append("\\u").append("%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
