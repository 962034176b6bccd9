// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The simplest proxy that a demo can run through: a fresh connection a request, in turn or by the hash of the session's id. */
@SuppressWarnings("FutureReturnValueIgnored")
final class RelayProxy implements RunningProxy {

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final List<InetSocketAddress> replicas;
    private final boolean affinity;
    private final Channel listener;
    private int turn;

    RelayProxy(List<InetSocketAddress> replicas, boolean affinity) {
        this.replicas = replicas;
        this.affinity = affinity;
        this.listener = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 20), new Client());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    @Override
    public @Nullable URI admin() {
        return null;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private InetSocketAddress pick(FullHttpRequest request) {
        String session = request.headers().get("X-Session-Id");
        int index = affinity && session != null ? session.hashCode() : turn++;
        return replicas.get(Math.floorMod(index, replicas.size()));
    }

    private final class Client extends SimpleChannelInboundHandler<FullHttpRequest> {

        @Override
        protected void channelRead0(ChannelHandlerContext client, FullHttpRequest request) {
            request.retain();
            HttpUtil.setKeepAlive(request, false);
            ChannelFuture connected = new Bootstrap()
                    .group(client.channel().eventLoop())
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(new HttpClientCodec(), new Upstream(client));
                        }
                    })
                    .connect(pick(request));
            connected.addListener(done -> {
                if (done.isSuccess()) {
                    connected
                            .channel()
                            .writeAndFlush(request, connected.channel().voidPromise());
                } else {
                    request.release();
                    client.close(client.voidPromise());
                }
            });
        }
    }

    private static final class Upstream extends ChannelInboundHandlerAdapter {

        private final ChannelHandlerContext client;
        private boolean whole;

        Upstream(ChannelHandlerContext client) {
            this.client = client;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            whole = message instanceof LastHttpContent;
            if (whole) {
                client.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE);
            } else {
                client.writeAndFlush(message, client.voidPromise());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!whole) {
                client.close(client.voidPromise());
            }
        }
    }
}
