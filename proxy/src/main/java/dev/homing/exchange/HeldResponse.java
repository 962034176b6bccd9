// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.health.LoadingModel;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A 503 that is held back until its short body tells whether it is a llama-server's "Loading model", which another backend can take over, or
 * any other, which is the client's to see. Confined to its event loop.
 */
final class HeldResponse {

    /** Bytes that are held at most; llama-server's whole body has 75. */
    private static final int MAX_BYTES = 1024;

    private final HttpResponse head;
    private final BodyFraming framing;
    private final boolean toHead;
    private final Deque<ByteBuf> wire = new ArrayDeque<>();
    private final StringBuilder text = new StringBuilder();
    private int size;
    private boolean ended;

    /** @throws BodyFraming.Broken when the framing is ambiguous */
    HeldResponse(HttpResponse head, boolean toHead) {
        this.head = head;
        this.toHead = toHead;
        this.framing = BodyFraming.of(head, toHead);
    }

    HttpResponse head() {
        return head;
    }

    /** A framing that has followed nothing yet, for relaying what was held. */
    BodyFraming framing() {
        return BodyFraming.of(head, toHead);
    }

    /**
     * Holds more of the body; the buffer is kept.
     *
     * @throws BodyFraming.Broken when the bytes do not keep to their framing
     */
    void add(ByteBuf bytes) {
        wire.add(bytes);
        size += bytes.readableBytes();
        framing.follow(
                bytes,
                (buffer, index, length) ->
                        text.append(buffer.toString(index, Math.min(length, MAX_BYTES), StandardCharsets.ISO_8859_1)));
    }

    /** The backend ended the connection; true when that is what its body lasts until. */
    boolean end() {
        ended = framing.untilClose();
        return ended;
    }

    /** Whether there is nothing more to wait for. */
    boolean decided() {
        return framing.complete() || size > MAX_BYTES || ended;
    }

    /** Whether the backend says that its model is still loading. */
    boolean loading() {
        return LoadingModel.told(head.status().code(), text);
    }

    /** The next part of what was held, which is then the caller's; null when there is none. */
    @Nullable ByteBuf poll() {
        return wire.poll();
    }

    void release() {
        for (ByteBuf part = wire.poll(); part != null; part = wire.poll()) {
            part.release();
        }
    }
}
