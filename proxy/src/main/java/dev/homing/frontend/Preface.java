// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.LoopScope;
import dev.homing.exchange.ProxyError;
import dev.homing.frontend.Http1Head.Persistence;
import dev.homing.loop.Deadline;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a client's pipeline until HTTP begins: waits for what comes before it, all of it by one deadline, and then makes room for the
 * handlers of the protocol. Confined to the connection's event loop.
 */
final class Preface extends ChannelInboundHandlerAdapter {

    /** Bytes of a PROXY header beyond its addresses: what load balancers add of themselves, or of their clients' certificates. */
    private static final int MAX_PROXY_EXTRAS = 4096;

    /** How long one that is under way may take when homing is about to stop. */
    private static final Duration PARTING = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Preface.class);

    private final Channel channel;
    private final LoopScope scope;
    private final ClientInitializer next;
    private final Door door;
    private final Deadline deadline;
    private InetAddress client;
    private String awaited;
    private boolean parting;
    private boolean over;

    Preface(Channel channel, LoopScope scope, ClientInitializer next, Door door, InetAddress peer) {
        this.channel = channel;
        this.scope = scope;
        this.next = next;
        this.door = door;
        this.client = peer;
        this.awaited = door.proxyProtocol() ? "proxy_protocol" : "tls";
        this.deadline = scope.deadlines().open(this::expired);
    }

    /** Takes its place in the pipeline. */
    void open(Duration limit) {
        deadline.in(limit);
        count(1);
        if (door.proxyProtocol()) {
            channel.pipeline().addLast(new HAProxyMessageDecoder(MAX_PROXY_EXTRAS));
        }
        if (door.tls() != null) {
            channel.pipeline().addLast(new TlsEntrance(door.tls().get()));
        }
        channel.pipeline().addLast(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof HAProxyMessage header && !over) {
            try {
                client = ProxySource.of(header, client);
            } finally {
                header.release();
            }
            awaited = "tls";
            if (door.tls() == null) {
                begin();
            }
        } else {
            // Of a connection that was refused.
            ReferenceCountUtil.release(msg);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                begin();
            } else {
                // What TLS tells the client of it is on its way, and the end of the connection behind it.
                refused(handshake.cause());
            }
        } else if (event == Farewell.DRAIN && !over) {
            parting = true;
            deadline.in(PARTING);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        refused(cause);
        if (cause instanceof NotSslRecordException && ctx.pipeline().get(TlsEntrance.class) != null) {
            ProxyError error = ProxyError.malformed("this port speaks TLS (expected: https)");
            ctx.writeAndFlush(
                            Http1Head.encode(ctx.alloc(), error, List.of(), error.body("/"), Persistence.CLOSES, true))
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            Ending.abrupt(channel);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
    }

    private void begin() {
        if (over) {
            return;
        }
        end();
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        channel.pipeline().remove(this);
        next.speak(channel, new ClientInfo(client, door.scheme()), tls == null ? null : tls.applicationProtocol());
    }

    private void expired() {
        if (!parting) {
            refused(new DecoderException("not complete in time"));
        }
        Ending.abrupt(channel);
    }

    /** Tells of it, once a connection. */
    private void refused(Throwable cause) {
        if (over) {
            return;
        }
        end();
        String why = cause instanceof DecoderException && cause.getCause() != null
                ? String.valueOf(cause.getCause().getMessage())
                : String.valueOf(cause.getMessage());
        LOG.debug("refused a connection of {}: {}: {}", client, awaited, why);
        scope.shared().observer().rejected(awaited);
    }

    /** Nothing is waited for any more. */
    private void end() {
        if (!over) {
            over = true;
            deadline.close();
            count(-1);
        }
    }

    private void count(int delta) {
        scope.shared().observer().connection(Side.CLIENT, ConnectionState.IDLE, delta);
    }
}
