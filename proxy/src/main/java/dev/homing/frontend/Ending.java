// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.loop.Backlog;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ways in which homing ends a client's connection, with TLS and without. */
final class Ending {

    /** How long a client may go on sending after the last that it was told, so that a reset does not take that away: RFC 9112 section 9.6. */
    static final Duration LINGER = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Ending.class);

    private Ending() {}

    /**
     * At once, whatever is still to be sent, and without TLS's goodbye: a client that gets one takes for complete what it got so far, RFC 9112
     * section 9.8. Any thread.
     */
    static void abrupt(Channel channel) {
        ChannelHandlerContext first = channel.pipeline().firstContext();
        if (first == null) {
            channel.close();
        } else {
            // Past all handlers: the one that would say goodbye is among them.
            first.close();
        }
    }

    /** At once, because of what was thrown. Unless it is the connection that broke, that is a bug in homing. */
    static void broken(Channel channel, Throwable cause) {
        Throwable root = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (!(root instanceof IOException)) {
            LOG.error("a client's connection is closed because of a fault in homing", cause);
        }
        abrupt(channel);
    }

    /** At once, with a goodbye if the client has taken what was sent before it. */
    static void orderly(Channel channel) {
        if (Backlog.bytes(channel) > 0) {
            abrupt(channel);
        } else {
            channel.close();
        }
    }

    /** Ends homing's side only. All that was written before has been sent; what the client still says is not listened to. */
    static void halfway(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            ((DuplexChannel) channel).shutdownOutput();
            return;
        }
        tls.closeOutbound();
        channel.pipeline().addFirst(new Discard());
        ChannelHandlerContext first = channel.pipeline().firstContext();
        first.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(said -> ((DuplexChannel) channel).shutdownOutput());
    }

    /** Takes what comes after homing's goodbye in front of TLS, which would decrypt it in vain, or keep it when it cannot any more. */
    private static final class Discard extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ReferenceCountUtil.release(msg);
        }
    }
}
