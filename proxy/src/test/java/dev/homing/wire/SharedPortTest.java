// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.homing.loop.SharedPort;
import dev.homing.loop.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A port that passes from one listener to another. */
class SharedPortTest {

    private static final int CONNECTIONS = 50;

    private final List<Transport> transports = new ArrayList<>();

    static Iterable<Io> transports() {
        return Io.available().toList();
    }

    @AfterEach
    void stop() {
        transports.forEach(transport -> transport
                .loops()
                .shutdownGracefully(100, 5_000, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(5_000));
    }

    /** A listener, and how many connections it was given. */
    private record Listening(Channel channel, AtomicInteger accepted) {

        InetSocketAddress address() {
            return (InetSocketAddress) channel.localAddress();
        }
    }

    private ChannelFuture bind(Io io, InetSocketAddress address, boolean joining, AtomicInteger accepted) {
        Transport transport = io.open(1);
        transports.add(transport);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(transport.loops())
                .channel(transport.channels().server())
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }

                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        accepted.incrementAndGet();
                        ctx.close();
                    }
                });
        if (joining) {
            SharedPort.join(bootstrap, transport.channels().server());
        }
        return bootstrap.bind(address).awaitUninterruptibly();
    }

    private Listening listening(Io io, InetSocketAddress address, boolean joining) {
        AtomicInteger accepted = new AtomicInteger();
        ChannelFuture bound = bind(io, address, joining, accepted);
        assertThat(bound.cause()).isNull();
        return new Listening(bound.channel(), accepted);
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static void connect(InetSocketAddress address, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void onlyWhoAsksForItJoinsAListener(Io io) {
        Listening first = listening(io, anyPort(), false);
        AtomicInteger none = new AtomicInteger();

        assertThat(bind(io, first.address(), true, none).cause())
                .as("before it is opened")
                .isNotNull();
        SharedPort.open(first.channel());
        assertThat(bind(io, first.address(), false, none).cause())
                .as("without joining")
                .hasMessageContaining("Address already in use");
        Listening second = listening(io, first.address(), true);
        first.channel().close().awaitUninterruptibly();
        assertThat(bind(io, second.address(), false, none).cause())
                .as("when the first is gone")
                .isNotNull();
    }

    @ParameterizedTest
    @MethodSource("transports")
    void allNewConnectionsGoToTheOneThatJoined(Io io) throws IOException {
        assumeThat(io).as("NIO has no way to say so").isNotEqualTo(Io.NIO);
        Listening first = listening(io, anyPort(), false);
        SharedPort.open(first.channel());
        Listening second = listening(io, first.address(), true);

        assertThat(SharedPort.steer(second.channel())).isTrue();
        connect(first.address(), CONNECTIONS);
        Awaitility.await().until(() -> second.accepted().get() == CONNECTIONS);
        assertThat(first.accepted()).hasValue(0);

        first.channel().close().awaitUninterruptibly();
        Listening third = listening(io, second.address(), true);
        assertThat(SharedPort.steer(third.channel())).isTrue();
        connect(second.address(), CONNECTIONS);
        Awaitility.await().until(() -> third.accepted().get() == CONNECTIONS);
        assertThat(second.accepted()).hasValue(CONNECTIONS);
    }
}
