// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.metering.UsageScanner;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of one response on its way to the client: the bytes as they came wherever the client can read them so, framed anew where not. The
 * scanner sees the payload pass. Confined to its event loop.
 */
final class ResponseRelay implements PayloadSink {

    private final ClientStream client;
    private final BodyFraming framing;
    private final @Nullable UsageScanner scanner;
    private final ResponseHead.Body towards;
    private @Nullable EventBoundary boundary;
    private long passed;
    private boolean excess;

    ResponseRelay(ClientStream client, BodyFraming framing, @Nullable UsageScanner scanner) {
        this.client = client;
        this.framing = framing;
        this.scanner = scanner;
        this.towards = towards(client, framing);
    }

    private static ResponseHead.Body towards(ClientStream client, BodyFraming framing) {
        if (!framing.chunked() && !framing.untilClose()) {
            return ResponseHead.Body.AS_DECLARED;
        }
        return client.takesChunks() ? ResponseHead.Body.CHUNKED : ResponseHead.Body.UNTIL_CLOSE;
    }

    /** How the body is delimited for the client. */
    ResponseHead.Body body() {
        return towards;
    }

    /** Bytes of it that have passed, without its framing. */
    long passed() {
        return passed;
    }

    /** Whether all of it has passed. */
    boolean complete() {
        return framing.complete();
    }

    /** Whether the end of the connection completes it. */
    boolean untilClose() {
        return framing.untilClose();
    }

    /** Whether bytes came that belong to no response: the connection cannot be used again. */
    boolean excess() {
        return excess;
    }

    /**
     * Relays what came; the buffer is released.
     *
     * @throws BodyFraming.Broken when the bytes do not keep to their framing
     */
    void relay(ByteBuf wire) {
        try {
            int length = framing.follow(wire, this);
            excess |= length < wire.readableBytes();
            if (verbatim() && length > 0) {
                client.body(length == wire.readableBytes() ? wire.retain() : wire.readRetainedSlice(length));
            }
        } finally {
            wire.release();
        }
    }

    /** From the begin of an event stream on, looks where something may be put in. */
    void watchEvents() {
        if (towards != ResponseHead.Body.AS_DECLARED) {
            boundary = new EventBoundary();
        }
    }

    /** Whether something else may be put in here. Never unless it is watched, and never where the body's length was declared. */
    boolean betweenEvents() {
        return boundary != null && boundary.betweenEvents() && framing.betweenChunks();
    }

    /** Sends a piece of payload, framed as its client reads it; the buffer is released. One that is not the backend's only {@link #betweenEvents}. */
    void insert(ByteBuf payload) {
        if (towards == ResponseHead.Body.CHUNKED) {
            chunk(payload);
        } else {
            client.body(payload);
        }
    }

    /** The backend ended its side of a body that lasts until then. */
    void close() {
        if (towards == ResponseHead.Body.CHUNKED) {
            client.body(Chunks.last());
        }
    }

    @Override
    public void payload(ByteBuf wire, int index, int length) {
        passed += length;
        if (scanner != null) {
            scanner.payload(wire, index, length);
        }
        if (boundary != null) {
            boundary.payload(wire, index, length);
        }
        if (!verbatim()) {
            insert(wire.retainedSlice(index, length));
        }
    }

    private void chunk(ByteBuf payload) {
        client.body(Chunks.begin(payload.readableBytes()));
        client.body(payload);
        client.body(Chunks.end());
    }

    /** Where chunks pass as they are, so do the trailers behind them. */
    @Override
    public void trailers(List<String> fields) {
        if (!verbatim()) {
            client.trailers(fields);
        }
    }

    private boolean verbatim() {
        return switch (towards) {
            case AS_DECLARED -> true;
            case CHUNKED -> framing.chunked();
            case UNTIL_CLOSE -> framing.untilClose();
        };
    }
}
