// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import dev.homing.app.SettledRing;
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
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The transports that wire tests run on, set up like in production. */
public enum Io {
    NIO,
    EPOLL,
    IO_URING;

    private static final short RING_GROUP = 1;

    /** Names of those that are wanted, with commas between them: {@code -Dhoming.test.io=nio}. All unless it is set. */
    private static final String WANTED = "homing.test.io";

    /** Those that this machine has; NIO at least, unless others are wanted. */
    public static Stream<Io> available() {
        return wanted().filter(Io::isAvailable);
    }

    private static Stream<Io> wanted() {
        String names = System.getProperty(WANTED);
        return names == null
                ? Arrays.stream(values())
                : Arrays.stream(names.split(",", -1))
                        .map(name -> valueOf(name.strip().toUpperCase(Locale.ROOT)));
    }

    /** A transport with that many event loops; closing them is up to the caller. */
    Transport open(int loops) {
        return new Transport(
                name().toLowerCase(Locale.ROOT),
                new MultiThreadIoEventLoopGroup(loops, handler()),
                channels(),
                this == IO_URING ? Map.of(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, RING_GROUP) : Map.of(),
                quickAck());
    }

    private @Nullable ChannelOption<Boolean> quickAck() {
        return switch (this) {
            case NIO -> null;
            case EPOLL -> EpollChannelOption.TCP_QUICKACK;
            case IO_URING -> IoUringChannelOption.TCP_QUICKACK;
        };
    }

    private boolean isAvailable() {
        return switch (this) {
            case NIO -> true;
            case EPOLL -> Epoll.isAvailable();
            case IO_URING -> IoUring.isAvailable() && IoUring.isRegisterBufferRingIncSupported();
        };
    }

    private Transport.Channels channels() {
        return switch (this) {
            case NIO ->
                new Transport.Channels(NioServerSocketChannel.class, NioSocketChannel.class, NioDatagramChannel.class);
            case EPOLL ->
                new Transport.Channels(
                        EpollServerSocketChannel.class, EpollSocketChannel.class, EpollDatagramChannel.class);
            case IO_URING ->
                new Transport.Channels(
                        IoUringServerSocketChannel.class, IoUringSocketChannel.class, IoUringDatagramChannel.class);
        };
    }

    private IoHandlerFactory handler() {
        return switch (this) {
            case NIO -> NioIoHandler.newFactory();
            case EPOLL -> KeptEpoll.newFactory();
            case IO_URING ->
                SettledRing.newFactory(new IoUringIoHandlerConfig()
                        .setBufferRingConfig(IoUringBufferRingConfig.builder()
                                .bufferGroupId(RING_GROUP)
                                .bufferRingSize((short) 256)
                                .batchSize(64)
                                .incremental(true)
                                .allocator(new IoUringFixedBufferRingAllocator(32 * 1024))
                                .build()));
        };
    }
}
