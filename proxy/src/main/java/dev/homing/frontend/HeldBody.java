// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What of one request's body came while nobody wanted it. The stream's window bounds its bytes; small parts are copied together, so that these
 * bytes cost no more in a thousand frames than in one. Confined to its event loop.
 */
final class HeldBody {

    private static final int SMALL = 2048;
    private static final int TAIL = 8192;

    private final ByteBufAllocator alloc;
    private final Deque<ByteBuf> parts = new ArrayDeque<>();
    private @Nullable ByteBuf tail;

    HeldBody(ByteBufAllocator alloc) {
        this.alloc = alloc;
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /** Holds a part; the buffer is kept or released. */
    void add(ByteBuf part) {
        int length = part.readableBytes();
        if (length >= SMALL) {
            parts.add(part);
            tail = null;
            return;
        }
        if (length > 0) {
            ByteBuf to = tail;
            if (to == null || to.writableBytes() < length) {
                to = alloc.buffer(TAIL, TAIL);
                tail = to;
                parts.add(to);
            }
            to.writeBytes(part);
        }
        part.release();
    }

    /** The next part, which is then the caller's; null when there is none. */
    @Nullable ByteBuf poll() {
        ByteBuf part = parts.poll();
        if (parts.isEmpty()) {
            tail = null;
        }
        return part;
    }

    void release() {
        for (ByteBuf part = poll(); part != null; part = poll()) {
            part.release();
        }
    }
}
