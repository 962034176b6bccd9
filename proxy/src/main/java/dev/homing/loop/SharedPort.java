// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port that passes from one process to another while both listen, which Linux allows to sockets with {@code SO_REUSEPORT} of one user.
 *
 * <p>It looks at a socket's option at two moments: that of the socket that binds, when it binds, and that of those that are bound, then too. So
 * a listener that gets the option once it is bound excludes every other start, by the system's own rule and without a race, and can still be
 * joined by a process that asked for that.
 */
public final class SharedPort {

    private static final Logger LOG = LoggerFactory.getLogger(SharedPort.class);

    private static final ChannelOption<Boolean> JDK_OPTION = NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);

    /** The place of the second socket among those of an address: of who joined a single one. */
    private static final int SECOND = 1;

    private static final ChannelOption<ByteBuffer> CHOICE = SocketFilter.option("SO_ATTACH_REUSEPORT_CBPF", 51);

    private static final SocketFilter THE_SECOND = SocketFilter.of(SocketFilter.Instruction.result(SECOND));

    private SharedPort() {}

    /** To be called once {@code listener} is bound: a process that {@link #join}s may listen there as well. */
    public static void open(Channel listener) {
        try {
            if (!listener.config().setOption(option(listener instanceof NioServerSocketChannel), true)) {
                LOG.debug("{} cannot be taken over: this transport has no SO_REUSEPORT", listener.localAddress());
            }
        } catch (RuntimeException unsupported) {
            LOG.debug("{} cannot be taken over", listener.localAddress(), unsupported);
        }
    }

    /** Has {@code bootstrap} listen where another process listens that has {@link #open}ed its port. */
    public static void join(ServerBootstrap bootstrap, Class<? extends ServerSocketChannel> type) {
        bootstrap.option(option(type == NioServerSocketChannel.class), true);
    }

    /**
     * Has the kernel give new connections to the one that joined alone. Without that both get their part, and what the other one has in its queue
     * when it closes is reset.
     *
     * @return false when this transport or this kernel cannot
     */
    public static boolean steer(Channel joined) {
        return THE_SECOND.attach(joined, CHOICE);
    }

    private static ChannelOption<Boolean> option(boolean nio) {
        return nio ? JDK_OPTION : UnixChannelOption.SO_REUSEPORT;
    }
}
