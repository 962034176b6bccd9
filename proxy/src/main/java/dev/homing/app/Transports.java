// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Server.Io;
import dev.homing.loop.KeptEpoll;
import dev.homing.loop.Transport;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes a transport: the one that was asked for, or the best that this machine has. */
final class Transports {

    /** Receive buffers that the kernel fills, shared by all connections of a loop: what an idle stream then costs is 5 KiB in place of 23. */
    private static final short RING_GROUP = 1;

    private static final short RING_BUFFERS = 256;
    private static final int RING_BUFFER_BYTES = 32 * 1024;

    /** What is to be sent waits for at most so many others before the kernel gets it: with Netty's 128 the last of 5,000 tokens come a sixth later. */
    private static final int RING_SIZE = 64;

    /** Multishot receives go on after reading was stopped, up to the kernel's whole receive buffer: a slow client would cost many megabytes. */
    private static final String MULTISHOT = "io.netty.iouring.recvMultiShotEnabled";

    /** Multishot accepts are armed again at once after a failure, whatever it was: without a file descriptor to spare, a loop would do nothing else. */
    private static final String MULTISHOT_ACCEPT = "io.netty.iouring.acceptMultiShotEnabled";

    static {
        for (String multishot : new String[] {MULTISHOT, MULTISHOT_ACCEPT}) {
            if (System.getProperty(multishot) == null) {
                System.setProperty(multishot, "false");
            }
        }
    }

    private Transports() {}

    /** Thrown when the transport that was asked for is not to be had. */
    static final class Unavailable extends Exception {

        private static final long serialVersionUID = 1L;

        Unavailable(String message) {
            super(message);
        }
    }

    /** @param threads event loops; 0 = one per core */
    static Transport open(Io io, int threads) throws Unavailable {
        int loops = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        return switch (io) {
            case AUTO -> ringsWork() ? ioUring(loops) : Epoll.isAvailable() ? epoll(loops) : nio(loops);
            case IO_URING -> {
                require(IoUring.isAvailable(), "io_uring", IoUring.unavailabilityCause());
                require(
                        IoUring.isRegisterBufferRingIncSupported(),
                        "io_uring",
                        new UnsupportedOperationException("this kernel has no incremental buffer rings (Linux 6.12)"));
                yield ioUring(loops);
            }
            case EPOLL -> {
                require(Epoll.isAvailable(), "epoll", Epoll.unavailabilityCause());
                yield epoll(loops);
            }
            case NIO -> nio(loops);
        };
    }

    /** The name of the transport that {@code auto} takes here. */
    static String best() {
        return ringsWork() ? "io_uring" : Epoll.isAvailable() ? "epoll" : "nio";
    }

    private static boolean ringsWork() {
        return IoUring.isAvailable() && IoUring.isRegisterBufferRingIncSupported();
    }

    private static void require(boolean available, String name, Throwable cause) throws Unavailable {
        if (!available) {
            throw new Unavailable("io: " + name + " is not available here: " + cause.getMessage());
        }
    }

    private static Transport ioUring(int loops) {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig()
                .setRingSize(RING_SIZE)
                .setBufferRingConfig(IoUringBufferRingConfig.builder()
                        .bufferGroupId(RING_GROUP)
                        .bufferRingSize(RING_BUFFERS)
                        .batchSize(RING_BUFFERS / 4)
                        .incremental(true)
                        .allocator(new IoUringFixedBufferRingAllocator(RING_BUFFER_BYTES))
                        .build());
        return transport(
                "io_uring",
                loops,
                SettledRing.newFactory(config),
                new Transport.Channels(
                        IoUringServerSocketChannel.class, IoUringSocketChannel.class, IoUringDatagramChannel.class),
                Map.of(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, RING_GROUP),
                IoUringChannelOption.TCP_QUICKACK);
    }

    private static Transport epoll(int loops) {
        return transport(
                "epoll",
                loops,
                KeptEpoll.newFactory(),
                new Transport.Channels(
                        EpollServerSocketChannel.class, EpollSocketChannel.class, EpollDatagramChannel.class),
                Map.of(),
                EpollChannelOption.TCP_QUICKACK);
    }

    private static Transport nio(int loops) {
        return transport(
                "nio",
                loops,
                NioIoHandler.newFactory(),
                new Transport.Channels(NioServerSocketChannel.class, NioSocketChannel.class, NioDatagramChannel.class),
                Map.of(),
                null);
    }

    private static Transport transport(
            String name,
            int loops,
            IoHandlerFactory factory,
            Transport.Channels channels,
            Map<ChannelOption<?>, Object> options,
            @Nullable ChannelOption<Boolean> quickAck) {
        var group = new MultiThreadIoEventLoopGroup(loops, new DefaultThreadFactory("homing-io", true), factory);
        return new Transport(name, group, channels, options, quickAck);
    }
}
