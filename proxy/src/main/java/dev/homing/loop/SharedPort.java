// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.lang.ref.Reference;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    /** {@code struct sock_filter}, one instruction: a code, how far to go on as a condition holds or not, a constant. */
    private static final int INSTRUCTION_BYTES = 8;

    /** {@code BPF_RET | BPF_K}: the result is the constant. */
    private static final short RESULT = 0x06;

    /** {@code struct sock_fprog}: how many instructions, and where they are. */
    private static final int PROGRAM_BYTES = 16;

    /** {@code SOL_SOCKET} and the option's number in {@code asm/socket.h}. */
    private static final ChannelOption<ByteBuffer> CHOICE =
            new RawUnixChannelOption("SO_ATTACH_REUSEPORT_CBPF", 1, 51, PROGRAM_BYTES);

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
        if (joined instanceof NioServerSocketChannel) {
            return false;
        }
        ByteBuffer code = ByteBuffer.allocateDirect(INSTRUCTION_BYTES).order(ByteOrder.nativeOrder());
        code.putShort(0, RESULT).putInt(Integer.BYTES, SECOND);
        ByteBuffer program = ByteBuffer.allocateDirect(PROGRAM_BYTES).order(ByteOrder.nativeOrder());
        program.putShort(0, (short) 1).putLong(Long.BYTES, Buffer.memoryAddress(code));
        try {
            return joined.config().setOption(CHOICE, program);
        } catch (RuntimeException refused) {
            LOG.debug("{}: the kernel takes no {}", joined.localAddress(), CHOICE, refused);
            return false;
        } finally {
            Reference.reachabilityFence(code);
        }
    }

    private static ChannelOption<Boolean> option(boolean nio) {
        return nio ? JDK_OPTION : UnixChannelOption.SO_REUSEPORT;
    }
}
