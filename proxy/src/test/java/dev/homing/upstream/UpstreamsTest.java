// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.exchange.Generation;
import dev.homing.loop.Deadlines;
import dev.homing.loop.Transport;
import dev.homing.observe.ProxyObserver;
import dev.homing.routing.Pool;
import dev.homing.wire.Configs;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class UpstreamsTest {

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = loops.next();

    /** A socket that cannot be made, as when the process is out of file descriptors. */
    public static final class NoSocket extends NioSocketChannel {
        public NoSocket() {
            throw new IllegalStateException("too many open files");
        }
    }

    @AfterEach
    void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void aSocketThatCannotBeMadeIsAFailureOnTheOwnersLoop() throws Exception {
        Asked asked = new Asked();
        Leasing leasing = lease(NoSocket.class, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), asked);

        assertThat(asked.failed.get(5, TimeUnit.SECONDS)).isEqualTo("in the loop, after the lease was given");
        loop.submit(leasing::cancel).get(5, TimeUnit.SECONDS);
    }

    @Test
    void aRefusedConnectionIsAFailureAfterTheLeaseWasGiven() throws Exception {
        InetSocketAddress nowhere;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nowhere = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
        }
        Asked asked = new Asked();
        lease(NioSocketChannel.class, nowhere, asked);

        assertThat(asked.failed.get(5, TimeUnit.SECONDS)).isEqualTo("in the loop, after the lease was given");
    }

    @Test
    void aCancelledLeaseIsToldOfNothingAndItsConnectionIsClosed() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(300);
            Asked asked = new Asked();
            asked.cancelAtOnce = true;
            lease(NioSocketChannel.class, new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), asked);

            try (var accepted = server.accept()) {
                accepted.setSoTimeout(5000);
                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            } catch (SocketTimeoutException e) {
                // cancelled before the kernel began: nothing to close
                assertThat(e).hasMessageContaining("Accept");
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("reset");
            }
            assertThat(asked.failed).isNotDone();
            assertThat(asked.leased).isNotDone();
        }
    }

    /** NIO has no {@code TCP_QUICKACK}: another option stands for it here. */
    @Test
    void acknowledgementsAreDelayedByTheTransportsOption() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
            Connector connector =
                    new Connector(transport(NioSocketChannel.class), DefaultAddressResolverGroup.INSTANCE);
            Channel channel = connector
                    .connect(loop, new Endpoint(address, "backend", "", Map.of(), null))
                    .sync()
                    .channel();
            channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
            connector.delayAcks(channel);

            assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isFalse();
        }
    }

    private Transport transport(Class<? extends NioSocketChannel> socket) {
        return new Transport(
                "nio",
                loops,
                new Transport.Channels(NioServerSocketChannel.class, socket, NioDatagramChannel.class),
                Map.of(),
                ChannelOption.SO_KEEPALIVE);
    }

    private Leasing lease(Class<? extends NioSocketChannel> socket, InetSocketAddress address, Asked asked)
            throws Exception {
        Generation generation = new Configs().generation(List.of(address));
        Pool pool = generation.table().pools().get(0);
        return loop.submit(() -> {
                    Upstreams upstreams = new Upstreams(
                            loop,
                            new Connector(transport(socket), DefaultAddressResolverGroup.INSTANCE),
                            new Deadlines(loop, System::nanoTime),
                            ProxyObserver.NONE,
                            System::nanoTime);
                    Leasing leasing = upstreams.lease(
                            new Upstreams.Wanted(
                                    pool,
                                    pool.backends().get(0),
                                    generation.endpoints().get(0),
                                    Duration.ofSeconds(3),
                                    false,
                                    new RecordingListener()),
                            asked);
                    asked.given = true;
                    if (asked.cancelAtOnce) {
                        leasing.cancel();
                    }
                    return leasing;
                })
                .get(5, TimeUnit.SECONDS);
    }

    private final class Asked implements LeaseListener {

        private final CompletableFuture<String> failed = new CompletableFuture<>();
        private final CompletableFuture<Channel> leased = new CompletableFuture<>();
        private boolean given;
        private boolean cancelAtOnce;

        @Override
        public void leased(UpstreamConnection connection) {
            leased.complete(null);
        }

        @Override
        public void leaseFailed(Throwable cause) {
            failed.complete((loop.inEventLoop() ? "in" : "outside of") + " the loop, " + (given ? "after" : "before")
                    + " the lease was given");
        }
    }
}
