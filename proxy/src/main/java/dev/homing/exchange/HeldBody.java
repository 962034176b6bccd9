// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of one request's body that are held, in the order that they came. Small parts are copied together, so that these bytes cost no more in a thousand
 * parts than in one. How many there may be is up to whoever holds them. Confined to its event loop.
 */
public final class HeldBody implements Iterable<ByteBuf> {

    /** Parts below this many bytes are copied. */
    private static final int SMALL = 2048;

    private static final int TAIL = 8192;

    /** Most bodies come in one or two. */
    private static final int USUAL_PARTS = 4;

    private final ByteBufAllocator alloc;
    private final Deque<ByteBuf> parts = new ArrayDeque<>(USUAL_PARTS);

    /** The last part, while more may be copied behind it. */
    private @Nullable ByteBuf tail;

    /** One that holds nothing yet. */
    public HeldBody(ByteBufAllocator alloc) {
        this.alloc = alloc;
    }

    public boolean isEmpty() {
        return parts.isEmpty();
    }

    /** Holds what is readable of {@code part}, which stays the caller's. */
    public void add(ByteBuf part) {
        int length = part.readableBytes();
        if (length >= SMALL) {
            parts.add(part.retainedDuplicate());
            tail = null;
        } else if (length > 0) {
            ByteBuf to = tail;
            if (to == null || to.writableBytes() < length) {
                to = alloc.buffer(TAIL, TAIL);
                tail = to;
                parts.add(to);
            }
            to.writeBytes(part, part.readerIndex(), length);
        }
    }

    /** All parts; each is only lent. */
    @Override
    public Iterator<ByteBuf> iterator() {
        return parts.iterator();
    }

    /** The next part, which is then the caller's; null when there is none. */
    public @Nullable ByteBuf poll() {
        ByteBuf part = parts.poll();
        if (parts.isEmpty()) {
            tail = null;
        }
        return part;
    }

    /** Holds nothing any more. */
    public void release() {
        for (ByteBuf part = poll(); part != null; part = poll()) {
            part.release();
        }
    }
}
