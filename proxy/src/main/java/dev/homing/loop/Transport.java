// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The transport that was taken, with the event loops that run it.
 *
 * @param name as in the configuration: {@code io_uring}, {@code epoll} or {@code nio}
 * @param options set on every connection, client and backend side
 * @param quickAck the option that is {@code TCP_QUICKACK} on its connections, null where it has none
 */
public record Transport(
        String name,
        EventLoopGroup loops,
        Channels channels,
        Map<ChannelOption<?>, Object> options,
        @Nullable ChannelOption<Boolean> quickAck) {

    public Transport {
        options = Map.copyOf(options);
    }

    /** The channel classes that these loops can run. */
    public record Channels(
            Class<? extends ServerSocketChannel> server,
            Class<? extends SocketChannel> socket,
            Class<? extends DatagramChannel> datagram) {}
}
