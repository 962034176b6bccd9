// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.upstream.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request's body on its way to a backend. It is sent on as it comes; what has come is kept as well, up to {@code limits.peek}, as long as
 * the request may have to be sent again. Confined to its event loop.
 */
final class RequestBody {

    private final RequestHead head;
    private final HeldBody kept;
    private int peek;
    private @Nullable UpstreamConnection to;
    private long received;
    private boolean forgotten;
    private boolean complete;
    private boolean proceeded;

    /** @param peek bytes that may be kept */
    RequestBody(ByteBufAllocator alloc, RequestHead head, int peek) {
        this.head = head;
        this.kept = new HeldBody(alloc);
        this.peek = peek;
    }

    /** From now on that many bytes may be kept. */
    void keep(int bytes) {
        peek = bytes;
    }

    /** Shows what is kept, in the order that it came. */
    void show(Consumer<ByteBuffer> reader) {
        kept.forEach(part -> reader.accept(part.nioBuffer()));
    }

    /** Bytes of payload that came from the client. */
    long received() {
        return received;
    }

    /** Whether all of it came from the client. */
    boolean complete() {
        return complete;
    }

    /** Whether all that came could be sent again. */
    boolean repeatable() {
        return !forgotten;
    }

    /** A body that cannot be kept whole must not meet a connection that the backend may have closed. */
    boolean tooLargeToRepeat() {
        return head.chunked() ? !complete || received > peek : head.contentLength() > peek;
    }

    /** Whether more of it may come without piling up: the client sends as fast as the backend takes it. */
    boolean wanted() {
        return to == null ? received < peek : to.writable();
    }

    /** Whether it is the client who has to act next: more of its body is taken, and it was not told to wait. */
    boolean clientsTurn() {
        return !complete && (to == null || to.writable()) && (proceeded || !head.expectsContinue());
    }

    /** The client was told to send it; false when it did not ask, or was told already. */
    boolean proceed() {
        if (proceeded || !head.expectsContinue()) {
            return false;
        }
        proceeded = true;
        return true;
    }

    /** The next part from the client; the buffer is released. */
    void add(ByteBuf part) {
        received += part.readableBytes();
        if (to == null || (!forgotten && received <= peek)) {
            kept.add(part);
        } else {
            forget();
        }
        if (to != null) {
            send(to, part);
        } else {
            part.release();
        }
    }

    /** No more parts will come. */
    void end() {
        complete = true;
        if (to != null) {
            sendEnd(to);
        }
    }

    /** Sends what is here, and from now on everything that comes, to {@code connection}. */
    void sendTo(UpstreamConnection connection) {
        to = connection;
        for (ByteBuf part : kept) {
            send(connection, part.retainedDuplicate());
        }
        if (complete) {
            sendEnd(connection);
        }
        if (received > peek) {
            forget();
        }
    }

    /** The connection is of no use any more: what is here waits for another. */
    void detach() {
        to = null;
    }

    /** It will not be sent again. */
    void forget() {
        forgotten = true;
        kept.release();
    }

    private void send(UpstreamConnection connection, ByteBuf part) {
        int length = part.readableBytes();
        if (length == 0) {
            part.release();
            return;
        }
        if (!head.chunked()) {
            connection.write(part);
            return;
        }
        connection.write(Chunks.begin(length));
        connection.write(part);
        connection.write(Chunks.end());
    }

    private void sendEnd(UpstreamConnection connection) {
        if (head.chunked()) {
            connection.write(Chunks.last());
        }
    }
}
