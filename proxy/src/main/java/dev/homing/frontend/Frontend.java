// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.Generation;
import dev.homing.exchange.LoopScope;
import dev.homing.loop.Acceptance;
import dev.homing.loop.ClosingPort;
import dev.homing.loop.SharedPort;
import dev.homing.loop.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners and every client connection that came through them. */
public final class Frontend {

    private static final int BACKLOG = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(Frontend.class);

    private final Transport transport;
    private final Function<EventLoop, LoopScope> scopes;
    private final Supplier<Generation> generations;
    private final int openFiles;
    private final ClientInitializer initializer;
    private final ChannelGroup listeners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /** Whether the listeners are {@link #shut}. Written by whoever drains, before it shuts them; read by every loop for each connection. */
    private volatile boolean shut;

    /** What connections are told, null before anything. Written by whoever drains, read by every loop: one that was being accepted is told too. */
    private volatile @Nullable Farewell farewell;

    /**
     * Takes no connection until {@link #listen}.
     *
     * @param scopes what exchanges on a loop work with
     * @param openFiles client connections that the open-file limit allows, {@code > 0}: the bound where the configuration sets none
     */
    public Frontend(
            Transport transport,
            Function<EventLoop, LoopScope> scopes,
            Supplier<Generation> generations,
            int openFiles) {
        this.transport = transport;
        this.scopes = scopes;
        this.generations = generations;
        this.openFiles = openFiles;
        this.initializer = new ClientInitializer(scopes, generations, () -> farewell);
    }

    /**
     * Begins to accept clients at {@code address}; the future's channel tells the port when 0 was asked for.
     *
     * @param joining take the address over from a process that listens there, and get all new connections from now on
     */
    public ChannelFuture listen(InetSocketAddress address, Door door, boolean joining) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(transport.loops())
                .channel(transport.channels().server())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .handler(new Acceptance())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initialise(channel, door);
                    }
                });
        transport.options().forEach((option, value) -> set(bootstrap, option, value));
        if (joining) {
            SharedPort.join(bootstrap, transport.channels().server());
        }
        ChannelFuture bound = bootstrap.bind(address);
        listeners.add(bound.channel());
        bound.addListener(done -> {
            if (done.isSuccess() && !joining) {
                SharedPort.open(bound.channel());
            } else if (done.isSuccess() && !SharedPort.steer(bound.channel())) {
                LOG.info("{}: the process before gets new connections until it closes", address);
            }
        });
        return bound;
    }

    /** Has every connection close after its next answer. Idle ones wait for their next request, and new ones still come in. */
    public void leave() {
        tell(Farewell.LEAVE);
    }

    /** Client connections that are open. */
    public int connections() {
        return clients.size();
    }

    /** Lets nobody else begin to connect. Who has begun still comes in, and for a moment has to: whoever is at the door when it closes is turned away. */
    public void shut() {
        shut = true;
        for (Channel listener : listeners) {
            if (!ClosingPort.shut(listener)) {
                LOG.debug("{}: who connects at the last moment may be turned away", listener.localAddress());
            }
        }
    }

    /** Stops listening, closes connections that stay idle for a moment, and lets the rest close after the answer that is under way. */
    public void drain() {
        listeners.close();
        tell(Farewell.DRAIN);
    }

    private void tell(Farewell event) {
        farewell = event;
        for (Channel channel : clients) {
            channel.pipeline().fireUserEventTriggered(event);
        }
    }

    /** Done when the last client connection has closed. */
    public Future<Void> drained() {
        return clients.newCloseFuture();
    }

    /** Breaks off what is left. */
    public Future<Void> close() {
        listeners.close();
        for (Channel channel : clients) {
            Ending.abrupt(channel);
        }
        return clients.newCloseFuture();
    }

    private void initialise(Channel channel, Door door) {
        if (shut) {
            ClosingPort.admit(channel);
        }
        Generation generation = generations.get();
        int limit = generation.config().defaults().limits().connections();
        if (clients.size() >= (limit > 0 ? limit : openFiles)) {
            LOG.debug("refused a connection of {}: {} are open", channel.remoteAddress(), clients.size());
            scopes.apply(channel.eventLoop()).shared().observer().rejected("connections");
            channel.close();
            return;
        }
        InetSocketAddress peer = (InetSocketAddress) channel.remoteAddress();
        if (peer == null) {
            // Gone already.
            channel.close();
            return;
        }
        clients.add(channel);
        initializer.open(channel, peer.getAddress(), door);
    }

    @SuppressWarnings("unchecked")
    private static <T> void set(ServerBootstrap bootstrap, ChannelOption<T> option, Object value) {
        bootstrap.childOption(option, (T) value);
    }
}
