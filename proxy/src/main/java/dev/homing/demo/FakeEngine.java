// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A replica without a model: a llama-server or a vLLM as a client sees it, with slots, a prefix cache over the real prompts, and the time
 * that prefill and decode take. Runs on one event loop; its methods may be called from any other thread, and wait for it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what a closing replica leaves behind is not waited for
public final class FakeEngine implements AutoCloseable {

    private static final int MAX_HEAD = 1 << 20;
    private static final int CHUNK = 65_536;

    private final EventLoop loop;
    private final @Nullable EventLoopGroup owned;
    private final Replica replica;
    private final EngineSettings settings;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private @Nullable Channel listener;
    private @Nullable Socket reserved;

    private FakeEngine(EngineSettings asked, EventLoop loop, @Nullable EventLoopGroup owned) {
        this.loop = loop;
        this.owned = owned;
        this.replica = new Replica(asked, EngineClock.of(loop));
        boolean refusesWhileLoading = asked.kind() == EngineSettings.Kind.VLLM
                && !asked.behaviour().loadTime().isZero();
        try {
            InetSocketAddress address = refusesWhileLoading ? reserve(asked.listen()) : listen(asked.listen());
            this.settings = asked.at(address);
        } catch (IOException e) {
            stopLoop();
            String where = asked.listen().getHostString() + ":" + asked.listen().getPort();
            throw new UncheckedIOException("cannot listen on " + where + ": " + e.getMessage(), e);
        }
    }

    /** A replica with a thread of its own that serves, or loads its model, as soon as this returns. */
    public static FakeEngine start(EngineSettings settings) {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("replica", true), NioIoHandler.newFactory());
        return start(settings, group.next(), group);
    }

    /** The same on one loop of a group that the caller shuts down; its transport is NIO. */
    public static FakeEngine start(EngineSettings settings, EventLoopGroup group) {
        return start(settings, group.next(), null);
    }

    private static FakeEngine start(EngineSettings settings, EventLoop loop, @Nullable EventLoopGroup owned) {
        FakeEngine engine = new FakeEngine(settings, loop, owned);
        long load = settings.behaviour().loadTime().toNanos();
        if (load == 0) {
            engine.onLoop(engine::loaded);
        } else {
            EngineClock.of(loop).schedule(engine::loaded, load);
        }
        return engine;
    }

    /** Where it listens, or will when its model is loaded. */
    public InetSocketAddress address() {
        return settings.listen();
    }

    /** {@code http://host:port} of {@link #address}. */
    public URI url() {
        String host = address().getHostString();
        return URI.create("http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":"
                + address().getPort());
    }

    /** What it was started with and the port it got: starts another on the same port once this one is closed. */
    public EngineSettings settings() {
        return settings;
    }

    /** Completes when the model is loaded and it serves; fails if its port was taken meanwhile. */
    public CompletionStage<Void> ready() {
        return ready.minimalCompletionStage();
    }

    public EngineStats stats() {
        return onLoop(() -> replica.counters.snapshot(replica.engine));
    }

    /** Dies at once: every connection is reset, new ones are refused. */
    public void kill() {
        stop(true);
    }

    /** Ends as both servers do on SIGTERM: running streams are cut, connections closed. */
    @Override
    public void close() {
        stop(false);
    }

    private void loaded() {
        Socket held = reserved;
        if (held == null) {
            replica.loaded = true;
            ready.complete(null);
            return;
        }
        reserved = null;
        try {
            held.close();
        } catch (IOException e) {
            ready.completeExceptionally(e);
            return;
        }
        replica.loaded = true;
        bind(settings.listen()).addListener(bound -> {
            if (bound.isSuccess()) {
                ready.complete(null);
            } else {
                ready.completeExceptionally(bound.cause());
            }
        });
    }

    /** Holds the port without listening on it, as vLLM does while it loads: connections are refused. */
    private InetSocketAddress reserve(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.setReuseAddress(true);
        socket.bind(address);
        reserved = socket;
        return new InetSocketAddress(address.getAddress(), socket.getLocalPort());
    }

    private InetSocketAddress listen(InetSocketAddress address) throws IOException {
        ChannelFuture bound = bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        int port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
        return new InetSocketAddress(address.getAddress(), port);
    }

    private ChannelFuture bind(InetSocketAddress address) {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop, loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 2048)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        HttpDecoderConfig config = new HttpDecoderConfig()
                                .setMaxInitialLineLength(CHUNK)
                                .setMaxHeaderSize(MAX_HEAD)
                                .setMaxChunkSize(CHUNK);
                        channel.pipeline().addLast(new HttpServerCodec(config), new EngineConnection(replica));
                    }
                })
                .bind(address);
        listener = bound.channel();
        return bound;
    }

    private void stop(boolean reset) {
        if (loop.isShuttingDown()) {
            return;
        }
        onLoop(() -> {
            if (listener != null) {
                listener.close();
            }
            for (Channel connection : List.copyOf(replica.connections)) {
                // One that has just closed by itself is told of a moment later.
                if (reset && connection.isOpen()) {
                    connection.config().setOption(ChannelOption.SO_LINGER, 0);
                }
                connection.close();
            }
            if (reserved != null) {
                reserved.close();
            }
            return replica;
        });
        stopLoop();
    }

    private void stopLoop() {
        if (owned != null) {
            owned.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
    }

    private void onLoop(Runnable task) {
        onLoop(() -> {
            task.run();
            return replica;
        });
    }

    private <T> T onLoop(Callable<T> task) {
        try {
            return loop.inEventLoop() || loop.isTerminated()
                    ? task.call()
                    : loop.submit(task).syncUninterruptibly().getNow();
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("replica: its event loop is shut down (expected: running)", e);
        } catch (Exception e) {
            throw new IllegalStateException("replica: its event loop failed", e);
        }
    }
}
