// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection of a replica: takes one request after the other, keeps pipelined ones back, and closes when its dialect does. A
 * llama-server that answers an error says {@code Connection: close} and then waits out its idle time, serving whoever did not listen; so
 * does this, and counts it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection, and that is told as such
final class EngineConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(EngineConnection.class);
    private static final int MAX_PIPELINED = 256;

    private final Replica replica;
    private final Deque<HttpObject> pipelined = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Incoming incoming;
    private @Nullable Outgoing outgoing;
    private EngineClock.@Nullable Timer idle;
    private boolean answering;
    private boolean saidClose;
    private boolean closing;
    private int answers;

    EngineConnection(Replica replica) {
        this.replica = replica;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        replica.connections.add(ctx.channel());
        replica.counters.connections++;
        if (replica.settings.kind() == EngineSettings.Kind.LLAMA_SERVER) {
            awaitRequest();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        replica.connections.remove(ctx.channel());
        stopIdle();
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        if (outgoing != null) {
            outgoing.clientGone();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        HttpObject object = (HttpObject) message;
        if (closing) {
            ReferenceCountUtil.release(object);
        } else if (answering) {
            pipelined.add(object);
            if (pipelined.size() == MAX_PIPELINED) {
                ctx.channel().config().setAutoRead(false);
            }
        } else {
            read(object);
        }
    }

    private void read(HttpObject object) {
        try {
            if (object instanceof HttpRequest head) {
                stopIdle();
                replica.counters.reusedAfterClose += saidClose ? 1 : 0;
                incoming = new Incoming(replica, head);
                if (HttpUtil.is100ContinueExpected(head)) {
                    write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE), true);
                }
            }
            if (incoming != null && object instanceof HttpContent content) {
                incoming.body(content);
            }
            boolean broken = object.decoderResult().isFailure();
            if (incoming != null && (broken || object instanceof LastHttpContent)) {
                answering = true;
                incoming.answer(this, broken);
            }
        } finally {
            ReferenceCountUtil.release(object);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (outgoing != null && ctx.channel().isWritable()) {
            outgoing.resumed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.error("replica connection failed", cause);
        }
        ctx.close();
    }

    /** Answers whole; the answer's own close rules hold. */
    void reply(Reply reply) {
        HttpHeaders headers = new DefaultHttpHeaders();
        replica.dialect.lead(headers, origin());
        for (Map.Entry<String, String> own : reply.headers().entrySet()) {
            headers.add(own.getKey(), own.getValue());
        }
        if (reply.contentType() != null) {
            headers.add("Content-Type", reply.contentType());
        }
        ByteBuf body = Unpooled.copiedBuffer(reply.body(), StandardCharsets.UTF_8);
        headers.add("Content-Length", body.readableBytes());
        head(reply.status(), headers);
        write(new DefaultLastHttpContent(body), true);
        answered(reply.status());
    }

    /** Starts an answer whose body follows; {@code own} adds to the headers. */
    void open(Consumer<HttpHeaders> own, Outgoing answer) {
        outgoing = answer;
        HttpHeaders headers = new DefaultHttpHeaders();
        replica.dialect.lead(headers, origin());
        own.accept(headers);
        head(200, headers);
        flush();
    }

    private String origin() {
        return incoming == null ? "" : incoming.origin();
    }

    /** An answer that has nothing to write yet, but wants to know when the client leaves. */
    void pending(Outgoing answer) {
        outgoing = answer;
    }

    private void head(int status, HttpHeaders headers) {
        answers++;
        replica.counters.refused += status >= 400 ? 1 : 0;
        saidClose = replica.dialect.closesAfter(status) || lastByRule();
        replica.dialect.connection(headers, saidClose, replica.settings);
        if (incoming != null) {
            incoming.echo(headers);
        }
        write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), headers), false);
    }

    private boolean lastByRule() {
        int most = replica.settings.behaviour().requestsPerConnection();
        return incoming == null || incoming.closes() || answers == most;
    }

    void chunk(String text) {
        write(new DefaultHttpContent(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)), true);
    }

    void bytes(ByteBuf bytes) {
        write(new DefaultHttpContent(bytes), true);
    }

    /** The last byte of a streamed answer. */
    void end() {
        write(LastHttpContent.EMPTY_LAST_CONTENT, true);
        answered(200);
    }

    boolean isActive() {
        return context != null && context.channel().isActive();
    }

    boolean isWritable() {
        return context != null && context.channel().isWritable();
    }

    private void answered(int status) {
        boolean last = lastByRule();
        outgoing = null;
        incoming = null;
        if (last) {
            closing = true;
            if (context != null) {
                context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
            return;
        }
        assert !saidClose || status >= 400 : "only an error says close without closing";
        answering = false;
        awaitRequest();
        readPipelined();
    }

    private void readPipelined() {
        while (!answering && !closing && !pipelined.isEmpty()) {
            read(pipelined.remove());
        }
        if (context != null && pipelined.isEmpty()) {
            context.channel().config().setAutoRead(true);
        }
    }

    private void awaitRequest() {
        stopIdle();
        long nanos = replica.settings.behaviour().idle().toNanos();
        idle = replica.clock.schedule(this::closeIdle, nanos);
    }

    private void closeIdle() {
        if (context != null && incoming == null) {
            context.close();
        }
    }

    private void stopIdle() {
        if (idle != null) {
            idle.cancel();
            idle = null;
        }
    }

    private void write(HttpObject object, boolean flush) {
        if (context == null) {
            ReferenceCountUtil.release(object);
        } else if (flush) {
            context.writeAndFlush(object, context.voidPromise());
        } else {
            context.write(object, context.voidPromise());
        }
    }

    private void flush() {
        if (context != null) {
            context.flush();
        }
    }
}
