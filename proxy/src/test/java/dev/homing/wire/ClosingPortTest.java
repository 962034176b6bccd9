// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.homing.loop.ClosingPort;
import dev.homing.loop.Transport;
import dev.homing.wire.RecordingOrigin.Script;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A port that is about to close lets those in who had begun to connect, and nobody else. */
class ClosingPortTest extends WireCase {

    private static final int A_WHILE_MILLIS = 300;
    private static final ChannelOption<Integer> TIME_TO_LIVE = new IntegerUnixChannelOption("IP_TTL", 0, 2);
    private static final int GREATEST = 255;
    private static final int USUAL = 64;

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "::"})
    void whoHadBegunComesInAndOthersAreRefusedOnceItIsClosed(String host) throws Exception {
        assumeTrue(isHere(host), "no IPv6 here");
        Transport transport = transport();
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
                .bind(new InetSocketAddress(InetAddress.getByName(host), 0))
                .syncUninterruptibly()
                .channel();
        InetAddress reached = InetAddress.getByName(host.equals("::") ? "127.0.0.1" : host);
        InetSocketAddress address =
                new InetSocketAddress(reached, ((InetSocketAddress) listener.localAddress()).getPort());
        try (Socket early = new Socket(address.getAddress(), address.getPort());
                Socket late = new Socket()) {
            boolean shut = ClosingPort.shut(listener);
            assertThat(shut).as("NIO has no such option").isEqualTo(io != Io.NIO);
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
        }
    }

    /** One whose packets begin with the greatest time to live passes the shut port, and is then what one is whose handshake was under way. */
    @Test
    void whoComesInWhileItIsShutIsHeard() throws Exception {
        assumeTrue(io != Io.NIO, "NIO has no such option");
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        plane.frontend().shut();
        List<String> answer = new CopyOnWriteArrayList<>();
        Transport transport = transport();
        Channel client = new Bootstrap()
                .group(transport.loops())
                .channel(transport.channels().socket())
                .option(TIME_TO_LIVE, GREATEST)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
                        answer.add(((ByteBuf) bytes).toString(US_ASCII));
                        ((ByteBuf) bytes).release();
                    }
                })
                .connect(plane.address())
                .syncUninterruptibly()
                .channel();
        client.config().setOption(TIME_TO_LIVE, USUAL);

        client.writeAndFlush(Unpooled.copiedBuffer(GET, US_ASCII)).syncUninterruptibly();

        await().until(() -> String.join("", answer).endsWith("ok"));
        assertThat(String.join("", answer)).startsWith("HTTP/1.1 200 OK");
    }

    private static boolean isHere(String host) {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return any.isBound();
        } catch (IOException none) {
            return false;
        }
    }

    private Transport transport() {
        Transport transport = io.open(1);
        opened(() -> transport
                .loops()
                .shutdownGracefully(0, 5_000, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(5_000));
        return transport;
    }
}
