// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of one connection, one after the other: those that were sent ahead wait, and no more are read meanwhile. What a
 * request asks for is never logged, because it may hold a session's id.
 */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);

    /** More requests sent ahead close the connection. */
    private static final int MAX_WAITING = 16;

    private final AccessRules access;
    private final AdminApi api;
    private final LiveFeed live;
    private final Deque<FullHttpRequest> waiting = new ArrayDeque<>();
    private boolean answering;

    /** Set when this connection became a viewer's: it is asked nothing more. */
    private boolean watching;

    AdminHandler(AccessRules access, AdminApi api, LiveFeed live) {
        this.access = access;
        this.api = api;
        this.live = live;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (watching) {
            var unused = ctx.close();
        } else if (!answering) {
            begin(ctx, request);
        } else if (waiting.size() < MAX_WAITING) {
            waiting.add(request.retain());
        } else {
            var unused = ctx.close();
        }
    }

    private void begin(ChannelHandlerContext ctx, FullHttpRequest request) {
        answering = true;
        boolean head = request.method().equals(HttpMethod.HEAD);
        ctx.channel().config().setAutoRead(false);
        answer(request).whenComplete((response, failure) -> {
            if (ctx.executor().inEventLoop()) {
                end(ctx, head, response, failure);
            } else {
                ctx.executor().execute(() -> end(ctx, head, response, failure));
            }
        });
    }

    private void end(
            ChannelHandlerContext ctx, boolean head, @Nullable AdminResponse answer, @Nullable Throwable failure) {
        if (answer != null && answer.isEvents() && !head) {
            watch(ctx, answer);
            return;
        }
        write(ctx, answer, failure);
        proceed(ctx);
    }

    private void proceed(ChannelHandlerContext ctx) {
        answering = false;
        FullHttpRequest next = waiting.poll();
        if (next == null) {
            ctx.channel().config().setAutoRead(true);
        } else {
            try {
                begin(ctx, next);
            } finally {
                next.release();
            }
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        waiting.forEach(FullHttpRequest::release);
        waiting.clear();
    }

    private CompletionStage<AdminResponse> answer(FullHttpRequest request) {
        AdminRequest asked = request.decoderResult().isSuccess() ? AdminRequest.of(request) : null;
        if (asked == null) {
            return CompletableFuture.completedStage(
                    AdminResponse.error(HttpResponseStatus.BAD_REQUEST, "the request is malformed"));
        }
        AdminResponse refusal = access.refusal(request, asked.path());
        if (refusal != null) {
            return CompletableFuture.completedStage(refusal);
        }
        try {
            return api.answer(asked);
        } catch (RuntimeException bug) {
            return CompletableFuture.failedStage(bug);
        }
    }

    /** What else was sent ahead is not answered: the events end only with the connection. It goes on being read, which is how its end is seen. */
    private void watch(ChannelHandlerContext ctx, AdminResponse answer) {
        if (!live.hasRoom()) {
            write(
                    ctx,
                    AdminResponse.error(
                                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                                    "viewers: " + LiveFeed.MAX_VIEWERS + " already (expected: at most that many)")
                            .with("Retry-After", "10"),
                    null);
            proceed(ctx);
            return;
        }
        watching = true;
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, answer.status());
        headers(response, answer);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.write(response);
        live.join(ctx, access.welcome());
        ctx.channel().config().setAutoRead(true);
    }

    private static void write(ChannelHandlerContext ctx, @Nullable AdminResponse answer, @Nullable Throwable failure) {
        AdminResponse told = answer;
        if (told == null) {
            LOG.error("an admin request failed", failure);
            told = AdminResponse.error(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error, see homing's log");
        }
        byte[] body = told.bytes();
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, told.status(), Unpooled.wrappedBuffer(body));
        headers(response, told);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private static void headers(HttpResponse response, AdminResponse told) {
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, told.contentType())
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .set("X-Content-Type-Options", "nosniff")
                .set(HttpHeaderNames.X_FRAME_OPTIONS, "DENY")
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
        told.headers().forEach((name, value) -> response.headers().set(name, value));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent) {
            var unused = ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.error("an admin connection failed", cause);
        }
        var unused = ctx.close();
    }
}
