// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Sends the only request of a connection and reads its answer. Confined to its channel's loop, but for the result. */
final class FetchHandler extends SimpleChannelInboundHandler<HttpObject> {

    private final FullHttpRequest request;
    private final int bodyLimit;
    private final CompletableFuture<Fetched> result = new CompletableFuture<>();
    private final StringBuilder body = new StringBuilder();
    private @Nullable HttpResponse head;

    /** @param bodyLimit bytes of a body that are read */
    FetchHandler(FullHttpRequest request, int bodyLimit) {
        this.request = request;
        this.bodyLimit = bodyLimit;
    }

    /** What comes of it; never fails. */
    CompletionStage<Fetched> result() {
        return result;
    }

    /** There is no answer, unless there was one before. Any thread. */
    void miss(ProbeResult why) {
        result.complete(new Fetched.Nothing(why));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(request);
        ctx.fireChannelActive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject part) {
        if (part.decoderResult().isFailure()) {
            fail("the answer is not HTTP: "
                    + HttpFetch.reason(part.decoderResult().cause()));
            return;
        }
        if (part instanceof HttpResponse next) {
            // interim answers, RFC 9110 section 15.2: the real one follows
            head = interim(next.status().code()) ? null : next;
        }
        if (part instanceof HttpContent content && head != null) {
            body.append(content.content().toString(StandardCharsets.ISO_8859_1));
            if (body.length() >= bodyLimit || part instanceof LastHttpContent) {
                result.complete(page(head));
            }
        }
    }

    private Fetched.Page page(HttpResponse answered) {
        Map<String, String> headers = new HashMap<>();
        answered.headers().forEach(field -> headers.putIfAbsent(Fetched.lower(field.getKey()), field.getValue()));
        return new Fetched.Page(answered.status().code(), headers, body.toString());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(head == null ? "closed before an answer" : "closed within the answer");
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(HttpFetch.reason(cause));
    }

    private void fail(String reason) {
        miss(new ProbeResult.Failed(reason));
    }

    private static boolean interim(int code) {
        return code >= 100 && code <= 199 && code != 101;
    }
}
