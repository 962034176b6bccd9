// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import dev.homing.loop.Backlog;
import dev.homing.loop.Deadline;
import dev.homing.observe.ProxyObserver;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a backend: idle in its pool, or leased to one exchange. Never half-closed, because both kinds of backend take the end
 * of the input for a disconnect. Confined to its event loop.
 */
public final class UpstreamConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(UpstreamConnection.class);

    private final Channel channel;
    private final ResponseDecoder decoder;
    private final ConnectionPool pool;
    private final Consumer<Channel> delayAcks;
    private final ProxyObserver observer;
    private final Deadline idle;
    private @Nullable UpstreamListener listener;
    private @Nullable Throwable fault;
    private boolean idling;
    private boolean reused;
    private boolean acksDelayed;

    /** @param delayAcks lets acknowledgements wait from now on */
    UpstreamConnection(
            Channel channel,
            ResponseDecoder decoder,
            ConnectionPool pool,
            Consumer<Channel> delayAcks,
            ProxyObserver observer) {
        this.channel = channel;
        this.decoder = decoder;
        this.pool = pool;
        this.delayAcks = delayAcks;
        this.observer = observer;
        this.idle = pool.deadlines().open(channel::close);
        observer.connection(Side.UPSTREAM, ConnectionState.ACTIVE, 1);
    }

    /** Whether it has served an exchange before: the backend may have closed it in the meantime. */
    public boolean reused() {
        return reused;
    }

    /** Whether any byte of a response has come since it was leased. */
    public boolean heard() {
        return decoder.heard();
    }

    /** Queues request bytes; the buffer is released. */
    public void write(ByteBuf bytes) {
        assert channel.eventLoop().inEventLoop();
        channel.write(bytes, channel.voidPromise());
    }

    /** Queues bytes of a switched protocol, which may come in any number of small parts; the buffer is released. */
    public void relay(ByteBuf bytes) {
        assert channel.eventLoop().inEventLoop();
        Backlog.relay(channel, bytes);
    }

    public void flush() {
        channel.flush();
    }

    public boolean writable() {
        return channel.isWritable();
    }

    /** Stops or goes on reading: how a slow client slows its backend down. */
    public void read(boolean on) {
        if (channel.config().isAutoRead() != on) {
            channel.config().setAutoRead(on);
        }
    }

    /** From now on somebody else is told what comes over it. */
    public void listener(UpstreamListener to) {
        assert channel.eventLoop().inEventLoop();
        listener = to;
    }

    /** The exchange is over and both sides of it are complete: back to the pool, unless bytes are left over in either direction. */
    public void release() {
        assert channel.eventLoop().inEventLoop();
        listener = null;
        if (!channel.isActive()) {
            return;
        }
        if (decoder.holdsBytes() || Backlog.bytes(channel) > 0) {
            channel.close();
            return;
        }
        reused = true;
        idling = true;
        read(true);
        observer.connection(Side.UPSTREAM, ConnectionState.ACTIVE, -1);
        observer.connection(Side.UPSTREAM, ConnectionState.IDLE, 1);
        idle.in(pool.idleTimeout());
        pool.push(this);
    }

    /** Ends it at once: what stops a backend that is still at work. */
    public void close() {
        assert channel.eventLoop().inEventLoop();
        listener = null;
        channel.close();
    }

    boolean active() {
        return channel.isActive();
    }

    /** Leases it. An idle one leaves its pool with this. */
    void lease(UpstreamListener to) {
        listener = to;
        decoder.awaitHead();
        if (idling) {
            idling = false;
            idle.clear();
            observer.connection(Side.UPSTREAM, ConnectionState.IDLE, -1);
            observer.connection(Side.UPSTREAM, ConnectionState.ACTIVE, 1);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        UpstreamListener to = listener;
        if (to == null) {
            // Bytes that belong to no request: whatever follows on this connection cannot be trusted.
            ReferenceCountUtil.release(msg);
            ctx.close();
        } else if (msg instanceof HttpResponse head) {
            if (!acksDelayed && TokenStream.sentAtOnce(head)) {
                acksDelayed = true;
                delayAcks.accept(channel);
            }
            to.head(head);
        } else {
            to.bytes((ByteBuf) msg);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        UpstreamListener to = listener;
        if (to != null) {
            to.readComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        UpstreamListener to = listener;
        if (to != null) {
            to.writable(ctx.channel().isWritable());
        }
    }

    /**
     * The end of a TLS connection that was not announced may have been anybody's doing: RFC 8446 section 6.1. What only the end of the connection
     * delimits is then not complete.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent end) {
            if (end.isSuccess()) {
                ctx.close();
            } else if (fault == null) {
                fault = end.cause();
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            LOG.error("a backend's connection is closed because of a fault in homing", cause);
        }
        if (fault == null && !(cause instanceof ClosedChannelException)) {
            // What could not be written any more is not what ended it.
            fault = cause;
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        idle.close();
        pool.remove(this);
        observer.connection(Side.UPSTREAM, idling ? ConnectionState.IDLE : ConnectionState.ACTIVE, -1);
        UpstreamListener to = listener;
        listener = null;
        if (to != null) {
            to.closed(fault);
        }
    }
}
