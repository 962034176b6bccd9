// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.metering.Usage;
import dev.homing.routing.SessionKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a span says of its request: OpenTelemetry's semantic conventions for servers and for generative AI where they have a name for it, {@code homing.*}
 * for what is homing's own. What is not known is left out.
 */
final class SpanAttributes {

    /** Methods that stand for themselves; any other is {@link #OTHER}, since a client may make up as many as it likes. */
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    private static final String OTHER = "_OTHER";
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final AttributesBuilder out = Attributes.builder();

    private SpanAttributes() {}

    static Attributes of(SpanEntry entry) {
        SpanAttributes attributes = new SpanAttributes();
        attributes.request(entry.head());
        attributes.ending(entry.summary());
        attributes.way(entry.summary());
        attributes.timing(entry.summary());
        attributes.tokens(entry.summary().tokens().usage());
        return attributes.out.build();
    }

    /** The method and what is known of the path, such as {@code POST /v1/messages}. */
    static String name(SpanEntry.Head head) {
        String method = head.method() != null && METHODS.contains(head.method()) ? head.method() : "HTTP";
        String route = KnownRoutes.of(head.path());
        return route == null ? method : method + " " + route;
    }

    private void request(SpanEntry.Head head) {
        boolean known = head.method() != null && METHODS.contains(head.method());
        text("http.request.method", known ? head.method() : OTHER);
        text("http.request.method_original", known ? null : head.method());
        text("http.route", KnownRoutes.of(head.path()));
        text("url.path", head.path());
        text("url.scheme", head.scheme());
        text("network.protocol.version", head.version());
        text("client.address", head.client().getHostAddress());
    }

    private void ending(RequestSummary summary) {
        if (summary.status() != 0) {
            out.put("http.response.status_code", summary.status());
        }
        String error = summary.ending().error();
        text("error.type", error != null || summary.status() < 500 ? error : String.valueOf(summary.status()));
        out.put("http.request.body.size", summary.traffic().bytesIn());
        out.put("http.response.body.size", summary.traffic().bytesOut());
    }

    private void way(RequestSummary summary) {
        RequestSummary.Route route = summary.route();
        if (route != null) {
            text("homing.pool", route.pool().name());
            text(
                    "homing.backend",
                    route.backend() == null ? null : route.backend().id());
            text("homing.decision", route.decision().label());
            out.put("homing.retries", summary.traffic().retries());
        }
        SessionKey session = summary.origin().session();
        text("homing.session", session == null ? null : session.hex());
        text("homing.key_source", summary.origin().keySource());
        text("homing.key", summary.origin().key());
    }

    private void timing(RequestSummary summary) {
        RequestSummary.Timing timing = summary.timing();
        if (summary.route() != null) {
            out.put("homing.queue_seconds", timing.queueNanos() / NANOS_PER_SECOND);
            out.put("homing.upstream_connect_seconds", timing.connectNanos() / NANOS_PER_SECOND);
        }
        if (timing.firstTokenNanos() >= 0) {
            out.put("homing.time_to_first_token_seconds", timing.firstTokenNanos() / NANOS_PER_SECOND);
        }
    }

    private void tokens(@Nullable Usage usage) {
        if (usage == null) {
            return;
        }
        out.put("gen_ai.usage.input_tokens", usage.promptTokens());
        if (usage.cachedTokens() != Usage.UNKNOWN) {
            out.put("gen_ai.usage.cache_read.input_tokens", usage.cachedTokens());
        }
        out.put("gen_ai.usage.output_tokens", usage.completionTokens());
    }

    private void text(String key, @Nullable String value) {
        if (value != null) {
            out.put(key, value);
        }
    }
}
