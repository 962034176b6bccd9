// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** All clients, on one event loop of this process. Commanded by one thread, which waits for what it commands. */
final class Load implements AutoCloseable {

    /** So many connections are opened at once. */
    private static final int BATCH = 250;

    private static final int READ_BYTES = 4096;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final IoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<Channel> channels = new ArrayList<>();

    /** Written by the event loop. */
    private Window window = new Window();

    /** Clients whose first token, or connection, is there; written by the event loop. */
    private volatile int begun;

    /** What is seen is noted here. For the event loop alone. */
    Window window() {
        return window;
    }

    /** A client has begun. For the event loop alone. */
    void began() {
        begun++;
    }

    /**
     * Endless streams; returns when each has its first token, or has waited long for it.
     *
     * @return how many have none
     * @param everyMillis between tokens
     * @param first the number of the first one's session
     */
    int streams(int port, int count, int everyMillis, int first) throws InterruptedException {
        String query = "every=" + everyMillis;
        return open(port, count, i -> List.of(new TokenReader(this, Request.of(query, first + i, 0))));
    }

    /** Clients that ask without a pause, each with a session of its own; returns when all are connected, with how many are not. */
    int askers(int port, int count, String query, int bodyBytes) throws InterruptedException {
        return open(
                port, count, i -> List.of(new HttpResponseDecoder(), new Asker(this, Request.of(query, i, bodyBytes))));
    }

    /** Returns how many have not begun in time. */
    private int open(int port, int count, IntFunction<List<ChannelHandler>> client) throws InterruptedException {
        begun = 0;
        for (int done = 0; done < count; done += BATCH) {
            int until = Math.min(count, done + BATCH);
            List<ChannelFuture> connects = new ArrayList<>();
            for (int i = done; i < until; i++) {
                connects.add(connect(port, client.apply(i)));
            }
            for (ChannelFuture connect : connects) {
                if (connect.await().isSuccess()) {
                    channels.add(connect.channel());
                }
            }
        }
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (begun < count && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        return count - begun;
    }

    private ChannelFuture connect(int port, List<ChannelHandler> handlers) {
        return new Bootstrap()
                .group(loop)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        handlers.forEach(channel.pipeline()::addLast);
                    }
                })
                .connect("127.0.0.1", port);
    }

    /** Closes what was seen since the last call, and begins anew. */
    Window turn() throws InterruptedException {
        return loop.next()
                .submit(() -> {
                    Window seen = window;
                    window = new Window();
                    return seen;
                })
                .sync()
                .getNow();
    }

    /** Ends all clients. */
    void leave() throws InterruptedException {
        loop.next()
                .submit(() -> {
                    for (Channel channel : channels) {
                        TokenReader reader = channel.pipeline().get(TokenReader.class);
                        if (reader != null) {
                            reader.leave();
                        }
                        Asker asker = channel.pipeline().get(Asker.class);
                        if (asker != null) {
                            asker.leave();
                        }
                    }
                })
                .sync();
        for (Channel channel : channels) {
            channel.close().sync();
        }
        channels.clear();
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
