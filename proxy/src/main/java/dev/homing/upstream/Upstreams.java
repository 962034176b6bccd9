// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import dev.homing.loop.Deadlines;
import dev.homing.observe.ProxyObserver;
import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop to all backends. Confined to that loop. */
public final class Upstreams {

    private final EventLoop loop;
    private final Connector connector;
    private final Deadlines deadlines;
    private final ProxyObserver observer;
    private final LongSupplier nanoTime;
    private @Nullable ConnectionPool[] bySlot = new ConnectionPool[0];

    public Upstreams(
            EventLoop loop, Connector connector, Deadlines deadlines, ProxyObserver observer, LongSupplier nanoTime) {
        this.loop = loop;
        this.connector = connector;
        this.deadlines = deadlines;
        this.observer = observer;
        this.nanoTime = nanoTime;
    }

    /**
     * What a lease is for.
     *
     * @param idleTimeout how long the connection may be pooled afterwards
     * @param fresh whether a pooled connection will not do
     * @param listener told what the backend sends
     */
    public record Wanted(
            Pool pool,
            Backend backend,
            Endpoint endpoint,
            Duration idleTimeout,
            boolean fresh,
            UpstreamListener listener) {}

    /** Leases an idle connection, or makes one. */
    public Leasing lease(Wanted wanted, LeaseListener result) {
        assert loop.inEventLoop();
        ConnectionPool pool = pool(wanted);
        UpstreamConnection idle = wanted.fresh() ? null : pool.poll();
        if (idle != null) {
            idle.lease(wanted.listener());
            result.leased(idle);
            return () -> {};
        }
        return new Connecting(wanted, pool, result);
    }

    /** Closes every idle connection, now and from now on. */
    public void retire() {
        assert loop.inEventLoop();
        for (ConnectionPool pool : bySlot) {
            if (pool != null) {
                pool.retire();
            }
        }
    }

    private ConnectionPool pool(Wanted wanted) {
        int slot = wanted.backend().slot();
        if (slot >= bySlot.length) {
            bySlot = Arrays.copyOf(bySlot, slot + 8);
        }
        ConnectionPool pool = bySlot[slot];
        if (pool == null || !pool.serves(wanted.endpoint(), wanted.idleTimeout())) {
            if (pool != null) {
                pool.retire();
            }
            pool = new ConnectionPool(wanted.endpoint(), wanted.idleTimeout(), deadlines);
            bySlot[slot] = pool;
        }
        return pool;
    }

    /** A connection being made, TLS included. */
    private final class Connecting implements Leasing {

        private final Wanted wanted;
        private final ConnectionPool pool;
        private final LeaseListener result;
        private final long begun = nanoTime.getAsLong();
        private final Channel channel;
        private boolean over;

        Connecting(Wanted wanted, ConnectionPool pool, LeaseListener result) {
            this.wanted = wanted;
            this.pool = pool;
            this.result = result;
            ChannelFuture connect = connector.connect(loop, wanted.endpoint());
            this.channel = connect.channel();
            // Never at once, so that the owner has the lease by then; and a channel that could not even be made fails
            // on a foreign thread.
            connect.addListener(done -> loop.execute(() -> connected(done.cause())));
        }

        @Override
        public void cancel() {
            over = true;
            close();
        }

        private void connected(@Nullable Throwable cause) {
            SslHandler tls = cause == null ? channel.pipeline().get(SslHandler.class) : null;
            if (tls == null) {
                ready(cause);
            } else {
                tls.handshakeFuture().addListener(done -> ready(done.cause()));
            }
        }

        private void ready(@Nullable Throwable cause) {
            if (over) {
                close();
                return;
            }
            over = true;
            if (cause != null || !channel.isActive()) {
                close();
                result.leaseFailed(cause == null ? new IOException("closed as soon as it was made") : cause);
                return;
            }
            observer.connected(wanted.pool(), wanted.backend(), nanoTime.getAsLong() - begun);
            ResponseDecoder decoder = channel.pipeline().get(ResponseDecoder.class);
            UpstreamConnection connection =
                    new UpstreamConnection(channel, decoder, pool, connector::delayAcks, observer);
            channel.pipeline().replace(Connector.Unleased.class, null, connection);
            connection.lease(wanted.listener());
            result.leased(connection);
        }

        /** A channel that could not be made has no loop to be closed on. */
        private void close() {
            if (channel.isRegistered()) {
                channel.close();
            }
        }
    }
}
