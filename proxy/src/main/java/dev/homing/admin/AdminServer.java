// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.config.Address;
import dev.homing.config.Secret;
import dev.homing.loop.Acceptance;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The listener for operators. It has a thread of its own, so that neither a scrape nor a slow operator ever holds up a stream, and plain
 * NIO, which is fast enough for both.
 */
public final class AdminServer {

    private static final int MAX_REQUEST_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 16 * 1024;
    private static final int MAX_BODY = 16 * 1024;
    private static final int IDLE_SECONDS = 60;

    private final Channel listener;
    private final ChannelGroup connections;

    private AdminServer(Channel listener, ChannelGroup connections) {
        this.listener = listener;
        this.connections = connections;
    }

    /**
     * Begins to listen.
     *
     * @param group one NIO thread, the caller's to shut down
     * @param token asked at each request; null = none is asked for, which is for loopback addresses only
     * @param live what viewers of the dashboard are told; confined to that thread
     * @return fails with the reason when the address cannot be bound
     */
    public static CompletionStage<AdminServer> start(
            EventLoopGroup group,
            Address address,
            Supplier<@Nullable Secret> token,
            Operations operations,
            PrometheusMeterRegistry registry,
            LiveFeed live) {
        ChannelGroup connections = new DefaultChannelGroup(group.next(), true);
        AccessRules access = new AccessRules(address.host(), token);
        AdminApi api = new AdminApi(operations, registry);
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new Acceptance())
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.add(channel);
                        channel.pipeline()
                                .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS))
                                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                                        .setMaxInitialLineLength(MAX_REQUEST_LINE)
                                        .setMaxHeaderSize(MAX_HEADERS)))
                                .addLast(new HttpServerKeepAliveHandler())
                                .addLast(new HttpObjectAggregator(MAX_BODY))
                                .addLast(new AdminHandler(access, api, live));
                    }
                })
                .bind(new InetSocketAddress(address.host(), address.port()));
        CompletableFuture<AdminServer> started = new CompletableFuture<>();
        bound.addListener(done -> {
            if (done.isSuccess()) {
                started.complete(new AdminServer(bound.channel(), connections));
            } else {
                started.completeExceptionally(done.cause());
            }
        });
        return started;
    }

    /** Where it listens, with the port that the system chose if it was 0. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Stops listening and closes all connections; the group stays. */
    public CompletionStage<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        listener.close().addListener(done -> connections.close().addListener(all -> closed.complete(null)));
        return closed;
    }
}
