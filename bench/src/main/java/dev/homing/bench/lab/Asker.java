// SPDX-License-Identifier: Apache-2.0
package dev.homing.bench.lab;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;

/** A client that asks, waits for the whole answer and asks again, on one connection. Tells how long the first byte of each body took. */
final class Asker extends SimpleChannelInboundHandler<HttpObject> {

    private final Load load;
    private final ByteBuf request;
    private long asked;
    private boolean waits;
    private boolean left;

    Asker(Load load, ByteBuf request) {
        this.load = load;
        this.request = request;
    }

    /** From now on it asks no more. */
    void leave() {
        left = true;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        load.began();
        ask(ctx);
    }

    private void ask(ChannelHandlerContext ctx) {
        waits = true;
        asked = System.nanoTime();
        // Past the codec, that has nothing to encode; it does not know the method, which only matters to HEAD and
        // CONNECT.
        ctx.pipeline().firstContext().writeAndFlush(request.duplicate(), ctx.voidPromise());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (message instanceof HttpResponse response && response.status().code() != 200) {
            load.window().failed();
        }
        if (message instanceof HttpContent content && content.content().isReadable() && waits) {
            waits = false;
            load.window().arrived(System.nanoTime() - asked);
        }
        if (message instanceof LastHttpContent && !left) {
            ask(ctx);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!left) {
            load.window().failed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
