// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.config.Telemetry.Format;
import dev.homing.metering.Usage;
import dev.homing.routing.Mix64;
import dev.homing.routing.SessionKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an entry of the access log looks: one line, the fields always in the same order, what is not known left out. Whatever a client sent is escaped,
 * so that it can neither end a line nor a field. Confined to one thread.
 */
public final class AccessLine {

    private static final long NANOS_PER_MICRO = 1_000;

    private final boolean json;
    private final LineBuffer out;
    private final long seed;
    private long made;
    private long second = Long.MIN_VALUE;
    private String secondText = "";
    private boolean first;

    /**
     * Lines of that format.
     *
     * @param out where they are put
     * @param seed of the ids that requests without one are given; another in every process
     */
    public AccessLine(Format format, LineBuffer out, long seed) {
        this.json = format == Format.JSON;
        this.out = out;
        this.seed = seed;
    }

    /** Adds the line of that request, with its end. */
    public void add(AccessEntry entry) {
        RequestSummary summary = entry.summary();
        first = true;
        if (json) {
            out.plain('{');
        }
        time(entry.epochMillis());
        RequestSummary.Route route = summary.route();
        if (route != null) {
            text("pool", route.pool().name());
            text("backend", route.backend() == null ? null : route.backend().id());
            text("decision", route.decision().label());
        }
        SessionKey session = summary.origin().session();
        text("session", session == null ? null : session.hex());
        text("key", summary.origin().key());
        text("key_source", summary.origin().keySource());
        text("method", entry.head().method());
        text("path", entry.head().path());
        figures(summary);
        text("client", entry.head().client().getHostAddress());
        text("error", summary.ending().error());
        String id = entry.head().requestId();
        text("request_id", id != null ? id : new SessionKey(Mix64.mix(seed + made++)).hex());
        text("traceparent", entry.head().traceparent());
        out.plain(json ? "}\n" : "\n");
    }

    private void figures(RequestSummary summary) {
        RequestSummary.Timing timing = summary.timing();
        RequestSummary.Traffic traffic = summary.traffic();
        if (summary.status() != 0) {
            number("status", summary.status());
        }
        Usage usage = summary.tokens().usage();
        if (usage != null) {
            number("prompt_tokens", usage.promptTokens());
            if (usage.cachedTokens() != Usage.UNKNOWN) {
                number("cached_tokens", usage.cachedTokens());
            }
            number("completion_tokens", usage.completionTokens());
        }
        if (summary.route() != null) {
            millis("queue_ms", timing.queueNanos());
        }
        if (timing.firstTokenNanos() >= 0) {
            millis("ttft_ms", timing.firstTokenNanos());
        }
        millis("total_ms", timing.totalNanos());
        number("bytes_in", traffic.bytesIn());
        number("bytes_out", traffic.bytesOut());
        number("retries", traffic.retries());
    }

    private void time(long epochMillis) {
        long now = Math.floorDiv(epochMillis, 1000L);
        if (now != second) {
            second = now;
            String text = Instant.ofEpochSecond(now).toString();
            secondText = text.substring(0, text.length() - 1);
        }
        name("time");
        if (json) {
            out.plain('"');
        }
        out.plain(secondText);
        out.plain('.');
        out.threeDigits((int) Math.floorMod(epochMillis, 1000L));
        out.plain(json ? "Z\"" : "Z");
    }

    private void text(String name, @Nullable String value) {
        if (value == null) {
            return;
        }
        name(name);
        boolean quoted = json || !bare(value);
        if (quoted) {
            out.plain('"');
        }
        out.escaped(value);
        if (quoted) {
            out.plain('"');
        }
    }

    private void number(String name, long value) {
        name(name);
        out.number(value);
    }

    /** In milliseconds, with three decimals. */
    private void millis(String name, long nanos) {
        long micros = nanos / NANOS_PER_MICRO;
        name(name);
        out.number(micros / 1000);
        out.plain('.');
        out.threeDigits((int) (micros % 1000));
    }

    private void name(String name) {
        if (!first) {
            out.plain(json ? ',' : ' ');
        }
        first = false;
        if (json) {
            out.plain('"');
        }
        out.plain(name);
        out.plain(json ? "\":" : "=");
    }

    /** Whether logfmt has it without quotes. */
    private static boolean bare(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c > '~' || c == '"' || c == '=' || c == '\\') {
                return false;
            }
        }
        return !value.isEmpty();
    }
}
