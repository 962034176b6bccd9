// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/** What was written to a channel and not taken by its other end yet. Confined to the channel's event loop. */
public final class Backlog {

    /** Bytes of a part below which a copy costs less than what the part may hold on to. */
    private static final int SMALL = 4096;

    private Backlog() {}

    /** Bytes of it. */
    public static long bytes(Channel channel) {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    /** Writes a relayed part, unflushed; the buffer is released. */
    public static void relay(Channel channel, ByteBuf part) {
        channel.write(bytes(channel) == 0 ? part : piled(channel, part), channel.voidPromise());
    }

    /** A relayed part that has to wait behind others: a small one is copied, since it would hold the whole receive buffer that it is a slice of; the buffer is released. */
    public static ByteBuf piled(Channel channel, ByteBuf part) {
        int length = part.readableBytes();
        if (length >= SMALL) {
            return part;
        }
        ByteBuf copy = channel.alloc().buffer(length, length);
        copy.writeBytes(part);
        part.release();
        return copy;
    }
}
