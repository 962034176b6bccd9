// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.homing.loop.ClosingPort;
import dev.homing.loop.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A port that is about to close lets those in who had begun to connect, and nobody else. */
class ClosingPortTest {

    private static final int A_WHILE_MILLIS = 300;

    static Iterable<Io> transports() {
        return Io.available().toList();
    }

    @ParameterizedTest
    @MethodSource("transports")
    void whoHadBegunComesInAndOthersAreRefusedOnceItIsClosed(Io io) throws IOException {
        Transport transport = io.open(1);
        AtomicInteger accepted = new AtomicInteger();
        Channel listener = new ServerBootstrap()
                .group(transport.loops())
                .channel(transport.channels().server())
                .option(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }

                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        accepted.incrementAndGet();
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        try (Socket early = new Socket(address.getAddress(), address.getPort());
                Socket late = new Socket()) {
            boolean shut = ClosingPort.shut(listener);
            assertThat(shut).as("NIO tells no descriptor").isEqualTo(io != Io.NIO);
            if (!shut) {
                return;
            }

            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> late.connect(address, A_WHILE_MILLIS));
            listener.config().setAutoRead(true);
            await().until(() -> accepted.get() == 1);
            listener.close().syncUninterruptibly();

            early.getOutputStream().write(1);
            early.setSoTimeout(A_WHILE_MILLIS);
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .as("a reset")
                    .isThrownBy(() -> early.getInputStream().read());
            assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close());
        } finally {
            transport
                    .loops()
                    .shutdownGracefully(0, 5_000, TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly(5_000);
        }
    }
}
