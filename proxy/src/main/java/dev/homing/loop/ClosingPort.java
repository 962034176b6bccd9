// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import dev.homing.loop.SocketFilter.Instruction;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.nio.ByteBuffer;

/**
 * A port that is about to close. A listener that closes resets the connections in its queue, whose clients take them for made. So first nobody may
 * begin to connect any more, and then, when those who had begun are in, nobody is left to be reset.
 *
 * <p>Who comes in between is not answered: the kernel of the client asks again within a second, and is refused then, as it would have been.
 */
public final class ClosingPort {

    /** Where a TCP header has its flags, RFC 9293 section 3.1. */
    private static final int FLAGS = 13;

    private static final int SYN = 0x02;

    private static final ChannelOption<ByteBuffer> FILTER = SocketFilter.option("SO_ATTACH_FILTER", 26);

    /** What begins a connection is dropped, all else passes. */
    private static final SocketFilter NO_BEGINNINGS = SocketFilter.of(
            Instruction.load(FLAGS), Instruction.ifAny(SYN), Instruction.result(0), Instruction.result(-1));

    private ClosingPort() {}

    /**
     * From now on nobody begins to connect to {@code listener}.
     *
     * @return false when this transport or this kernel cannot keep them away
     */
    public static boolean shut(Channel listener) {
        return NO_BEGINNINGS.attach(listener, FILTER);
    }
}
