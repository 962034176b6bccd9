// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet4Address;
import java.net.InetSocketAddress;

/**
 * A port that is about to close. A listener that closes resets the connections in its queue, whose clients take them for made. So first nobody may
 * begin to connect any more, and then, when those who had begun are in, nobody is left to be reset.
 *
 * <p>The listener asks for packets that have passed no router and began with the greatest time to live there is (RFC 5082 section 3), which senders hardly ever do:
 * Linux drops what begins a connection and has less, and lets the last packet of a handshake pass that was begun before. A packet filter would say it more plainly, but newer
 * kernels want {@code CAP_NET_ADMIN} for one at a TCP socket.
 *
 * <p>Who comes in between is not answered: the kernel of the client asks again within a second, and is refused then, as it would have been.
 */
public final class ClosingPort {

    /** Of RFC 791 section 3.1 and RFC 8200 section 3: eight bits. */
    private static final int GREATEST = 255;

    private static final int ANY = 0;

    private static final ChannelOption<Integer> TIME_TO_LIVE = new IntegerUnixChannelOption("IP_MINTTL", 0, 21);
    private static final ChannelOption<Integer> HOPS = new IntegerUnixChannelOption("IPV6_MINHOPCOUNT", 41, 73);

    private ClosingPort() {}

    /**
     * From now on nobody begins to connect to {@code listener}, but for those on its own link whose packets begin with 255. Connections that come in
     * after this have to be {@link #admit}ted.
     *
     * @return false when this transport or this kernel cannot keep them away
     */
    public static boolean shut(Channel listener) {
        if (listener instanceof NioServerSocketChannel) {
            return false;
        }
        boolean kept = set(listener, TIME_TO_LIVE, GREATEST);
        boolean kept6 = set(listener, HOPS, GREATEST);
        return ((InetSocketAddress) listener.localAddress()).getAddress() instanceof Inet4Address ? kept : kept6;
    }

    /** Lets the packets of a connection pass that has the rule of its shut listener. What was dropped before is sent again by its client's kernel. */
    public static void admit(Channel accepted) {
        set(accepted, TIME_TO_LIVE, ANY);
        set(accepted, HOPS, ANY);
    }

    /** False where the socket is of another family, or the transport knows no such options. */
    private static boolean set(Channel channel, ChannelOption<Integer> option, int value) {
        try {
            return channel.config().setOption(option, value);
        } catch (ChannelException refused) {
            return false;
        }
    }
}
