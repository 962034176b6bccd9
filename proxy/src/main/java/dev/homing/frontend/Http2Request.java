// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ClientRequest;
import dev.homing.exchange.HeldBody;
import dev.homing.exchange.ProxyError;
import dev.homing.exchange.RequestHead;
import dev.homing.loop.Deadline;
import dev.homing.observe.Asked;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of an HTTP/2 connection: one request, an exchange of its own. Its window opens again as its backend takes what came, so that a slow
 * backend slows this stream down and no other. Confined to the connection's event loop.
 */
final class Http2Request extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Http2Request.class);

    private final Channel channel;
    private final Http2Handler owner;
    private final HeldBody held;
    private @Nullable ClientRequest exchange;

    /** Of an answer that the client has still to take; null unless there is one. */
    private @Nullable Deadline untaken;

    /** Bytes that came and were not given back to the stream's window. */
    private int owed;

    private boolean begun;
    private boolean requestComplete;
    private boolean endTold;
    private boolean wanted = true;
    private boolean dispatching;
    private boolean broken;

    Http2Request(Channel channel, Http2Handler owner) {
        this.channel = channel;
        this.owner = owner;
        this.held = new HeldBody(channel.alloc());
        channel.config().setOption(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false);
    }

    // ---- what the answer tells

    /** Whether the client broke a rule, for which the codec resets the stream. */
    boolean broken() {
        return broken;
    }

    /** Stops or goes on taking the body, as the exchange wants it. */
    void read(boolean on) {
        wanted = on;
        if (on && !dispatching && !held.isEmpty()) {
            dispatch();
            if (exchange != null) {
                exchange.contentFlush();
            }
            channel.flush();
        }
    }

    /** The answer is complete as soon as {@code written} is done. A client that goes on sending is told to stop: RFC 9113 section 8.1. */
    void answered(ChannelFuture written) {
        over();
        if (!requestComplete && channel.isOpen()) {
            giveBack(owed);
        }
        if (!written.isDone() && channel.isOpen()) {
            Deadline deadline = owner.scope().deadlines().open(this::stalled);
            deadline.in(owner.timeouts().idle());
            untaken = deadline;
        }
        written.addListener(done -> {
            if (!requestComplete && channel.isOpen()) {
                channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
            }
        });
    }

    /** The answer cannot be completed, and the stream was reset. */
    void cut() {
        over();
        channel.close();
    }

    // ---- what the client sends

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        owner.opened(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof Http2HeadersFrame frame) {
            requestComplete = frame.isEndStream();
            if (!begun) {
                begun = true;
                begin((RequestFields) frame.headers());
            }
            // Trailers of a request end here.
            endIfComplete();
        } else if (msg instanceof Http2DataFrame frame) {
            requestComplete = frame.isEndStream();
            data(frame);
        } else {
            ReferenceCountUtil.release(msg);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.contentFlush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.clientWritable(channel.isWritable());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame) {
            gone();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone();
        if (untaken != null) {
            untaken.close();
        }
        owner.closed(this);
    }

    /** A rule that the client broke, for which the codec resets the stream; or a fault of homing's own. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2Exception rule) {
            broken = true;
            refused(rule);
        } else if (!(cause instanceof IOException)) {
            LOG.error("a client's stream is reset because of a fault in homing", cause);
            gone();
            channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
            channel.close();
        }
    }

    /** The client is gone, or does not want this answer any more: its backend is let go of at once. */
    void gone() {
        ClientRequest left = exchange;
        over();
        if (left != null) {
            left.clientGone();
        }
    }

    /** The connection ends. */
    void leave() {
        gone();
        channel.close();
    }

    private void begin(RequestFields fields) {
        HttpRequest request = Http2Head.request(fields, requestComplete);
        ProxyError error = FramingGuard.check(request, fields, owner.limits());
        if (error != null) {
            owner.refused(Refusals.asked(request, owner.client()), error);
            new Http2Stream(channel, this, request, "/").error(error, List.of());
            return;
        }
        RequestHead head = Http2Head.routed(request, requestComplete, owner.client());
        exchange = ClientRequest.begin(
                owner.scope(), owner.generations(), new Http2Stream(channel, this, request, head.path()), head);
    }

    private void data(Http2DataFrame frame) {
        owed += frame.initialFlowControlledBytes();
        ByteBuf content = frame.content();
        if (exchange == null) {
            content.release();
            giveBack(owed);
        } else if (wanted && held.isEmpty() && !dispatching) {
            exchange.content(content);
            giveBack(owed);
            endIfComplete();
        } else {
            held.add(content);
            content.release();
            dispatch();
        }
    }

    /** Hands on what is wanted, in order. */
    private void dispatch() {
        if (dispatching) {
            return;
        }
        dispatching = true;
        while (wanted && exchange != null && !held.isEmpty()) {
            ByteBuf part = held.poll();
            if (part != null) {
                int length = part.readableBytes();
                exchange.content(part);
                giveBack(Math.min(length, owed));
            }
        }
        if (held.isEmpty()) {
            // What is left was padding.
            giveBack(owed);
        }
        dispatching = false;
        endIfComplete();
    }

    private void endIfComplete() {
        if (requestComplete && !endTold && held.isEmpty() && exchange != null) {
            endTold = true;
            exchange.contentEnd();
        }
    }

    private void giveBack(int bytes) {
        if (bytes > 0) {
            owed -= bytes;
            channel.write(new DefaultHttp2WindowUpdateFrame(bytes));
        }
    }

    /** The client does not take the end of its answer. */
    private void stalled() {
        channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        channel.close();
    }

    private void refused(Http2Exception rule) {
        ClientRequest left = exchange;
        ProxyError error = ProxyError.malformed("HTTP/2 stream: " + rule.getMessage());
        over();
        if (left != null) {
            left.contentBroken(error);
        } else {
            owner.refused(begun ? null : Asked.unknown(owner.client().address()), error);
        }
    }

    private void over() {
        exchange = null;
        held.release();
    }
}
