// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.RawUnixChannelOption;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program in the kernel's classic packet filter language, which decides of what comes to a socket.
 *
 * @param instructions one after the other
 */
record SocketFilter(List<Instruction> instructions) {

    private static final Logger LOG = LoggerFactory.getLogger(SocketFilter.class);

    private static final int SOL_SOCKET = 1;

    /** {@code struct sock_fprog}: how many instructions, and where they are. */
    private static final int PROGRAM_BYTES = 16;

    /** {@code struct sock_filter}, one instruction. */
    private static final int INSTRUCTION_BYTES = 8;

    /**
     * One instruction, as {@code linux/filter.h} has it.
     *
     * @param code what it does
     * @param ifTrue how many of those that follow are passed over when a condition holds
     * @param ifFalse the same when it does not
     * @param value a constant
     */
    record Instruction(int code, int ifTrue, int ifFalse, int value) {

        /** {@code BPF_LD | BPF_B | BPF_ABS}: looks at a byte of the packet. */
        static Instruction load(int offset) {
            return new Instruction(0x30, 0, 0, offset);
        }

        /** {@code BPF_JMP | BPF_JSET | BPF_K}: passes the next one over unless one of these bits is set. */
        static Instruction ifAny(int bits) {
            return new Instruction(0x45, 0, 1, bits);
        }

        /** {@code BPF_RET | BPF_K}: the result is a constant. */
        static Instruction result(int value) {
            return new Instruction(0x06, 0, 0, value);
        }
    }

    SocketFilter {
        instructions = List.copyOf(instructions);
    }

    static SocketFilter of(Instruction... instructions) {
        return new SocketFilter(List.of(instructions));
    }

    /** The socket option by which a program is handed over, by its number in {@code asm/socket.h}. */
    static ChannelOption<ByteBuffer> option(String name, int number) {
        return new RawUnixChannelOption(name, SOL_SOCKET, number, PROGRAM_BYTES);
    }

    /** Hands it over; false when this transport or this kernel cannot. */
    boolean attach(Channel listener, ChannelOption<ByteBuffer> option) {
        if (listener instanceof NioServerSocketChannel) {
            return false;
        }
        ByteBuffer code = ByteBuffer.allocateDirect(instructions.size() * INSTRUCTION_BYTES)
                .order(ByteOrder.nativeOrder());
        for (Instruction one : instructions) {
            code.putShort((short) one.code())
                    .put((byte) one.ifTrue())
                    .put((byte) one.ifFalse())
                    .putInt(one.value());
        }
        ByteBuffer program = ByteBuffer.allocateDirect(PROGRAM_BYTES).order(ByteOrder.nativeOrder());
        program.putShort(0, (short) instructions.size()).putLong(8, Buffer.memoryAddress(code));
        try {
            return listener.config().setOption(option, program);
        } catch (RuntimeException refused) {
            LOG.debug("{}: the kernel takes no {}", listener.localAddress(), option, refused);
            return false;
        } finally {
            Reference.reachabilityFence(code);
        }
    }
}
