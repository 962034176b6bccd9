// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.loop.Deadlines;
import dev.homing.metering.Usage;
import dev.homing.metering.UsageScanner;
import dev.homing.observe.RequestSummary;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The response that a backend began, and what was learned of it as it passed. Confined to its event loop. */
final class Answer {

    private final HttpResponse response;
    private final ResponseRelay relay;
    private final boolean generation;
    private final boolean metered;
    private final @Nullable UsageScanner scanner;
    private @Nullable Heartbeat heartbeat;
    private long firstTokenNanos = -1;
    private boolean begun;

    Answer(ClientStream client, RequestHead request, HttpResponse response, BodyFraming framing, boolean metering) {
        HttpHeaders headers = response.headers();
        String method = request.request().method().name();
        int status = response.status().code();
        this.response = response;
        this.generation = UsageScanner.expected(method, request.path(), status);
        this.metered = metering && generation;
        // Also without metering: the first content ends the prompt's share of the backend's pending work.
        this.scanner = UsageScanner.forResponse(
                method,
                request.path(),
                status,
                headers.get(HttpHeaderNames.CONTENT_TYPE),
                headers.get(HttpHeaderNames.CONTENT_ENCODING));
        this.relay = new ResponseRelay(client, framing, scanner);
    }

    /** Keeps an event stream alive from here on, see {@link Heartbeat}; {@link #close} is up to the caller. */
    void keepAlive(ClientStream client, Duration silence, Deadlines deadlines) {
        HttpHeaders headers = response.headers();
        if (UsageScanner.isEventStream(
                headers.get(HttpHeaderNames.CONTENT_TYPE), headers.get(HttpHeaderNames.CONTENT_ENCODING))) {
            relay.watchEvents();
            heartbeat = new Heartbeat(client, relay, silence, deadlines);
        }
    }

    void close() {
        if (heartbeat != null) {
            heartbeat.close();
        }
    }

    int status() {
        return response.status().code();
    }

    ResponseRelay relay() {
        return relay;
    }

    ResponseHead head(String via, List<String> told) {
        return ResponseHead.of(response, relay.body(), via, told);
    }

    /** Relays what came; the buffer is released. Returns whether the first content token was in it. */
    boolean relay(ByteBuf wire, LongSupplier nanoTime) {
        begun = true;
        relay.relay(wire);
        if (heartbeat != null) {
            heartbeat.heard();
        }
        if (scanner != null && firstTokenNanos < 0 && scanner.contentSeen()) {
            firstTokenNanos = nanoTime.getAsLong();
            return true;
        }
        return false;
    }

    /** Whether a model generates it, and it is no error. */
    boolean generation() {
        return generation;
    }

    /** Whether it is a stream whose content can be told from what comes before it. */
    boolean tellsFirstToken() {
        return scanner != null && scanner.streamed();
    }

    /** What the engine told of its tokens so far, null when nothing. */
    @Nullable Usage usage() {
        return scanner == null ? null : scanner.usage();
    }

    /** When the first content token passed, -1 when none did. */
    long firstTokenNanos() {
        return firstTokenNanos;
    }

    /** Bytes of its body that were passed on. */
    long passed() {
        return relay.passed();
    }

    /** Whether the prefill is over, as far as can be told: a head alone says nothing. */
    boolean streaming() {
        return scanner == null ? begun : firstTokenNanos >= 0;
    }

    /** Whether the backend keeps the connection open for another request. */
    boolean connectionStays() {
        return HttpUtil.isKeepAlive(response) && !relay.excess() && !relay.untilClose();
    }

    RequestSummary.Tokens tokens() {
        return metered
                ? new RequestSummary.Tokens(true, scanner == null ? null : scanner.usage())
                : RequestSummary.Tokens.NONE;
    }
}
