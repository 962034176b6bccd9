// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ClientStream;
import dev.homing.exchange.ProxyError;
import dev.homing.exchange.ResponseHead;
import dev.homing.frontend.Http1Head.Persistence;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;

/** The answer to one HTTP/1 request, written as bytes: no codec stands between the relay and the socket. */
final class Http1Stream implements ClientStream {

    /** Bytes of a request's body that are worth reading past to keep the connection. */
    private static final long MAX_SKIPPED = 64 * 1024;

    /** Bytes of a part below which a copy costs less than what the part may hold on to. */
    private static final int SMALL = 4096;

    private final Channel channel;
    private final FrontendHandler owner;
    private final HttpRequest request;
    private final String path;
    private Persistence persistence = Persistence.CLOSES;
    private boolean untilClose;

    /** @param path decides the shape of errors */
    Http1Stream(Channel channel, FrontendHandler owner, HttpRequest request, String path) {
        this.channel = channel;
        this.owner = owner;
        this.request = request;
        this.path = path;
    }

    @Override
    public ByteBufAllocator alloc() {
        return channel.alloc();
    }

    @Override
    public boolean takesChunks() {
        return request.protocolVersion().equals(HttpVersion.HTTP_1_1);
    }

    @Override
    public boolean writable() {
        return channel.isWritable();
    }

    @Override
    public void read(boolean on) {
        owner.read(on);
    }

    @Override
    public void proceed() {
        channel.writeAndFlush(Http1Head.proceed(), channel.voidPromise());
    }

    @Override
    public void head(ResponseHead head) {
        untilClose = head.body() == ResponseHead.Body.UNTIL_CLOSE;
        persistence = untilClose ? Persistence.CLOSES : persistence();
        write(Http1Head.encode(alloc(), head, persistence));
    }

    /** Small parts that a slow client lets pile up are copied: each would hold the whole receive buffer that it is a slice of. */
    @Override
    public void body(ByteBuf bytes) {
        int length = bytes.readableBytes();
        if (length >= SMALL || !pilesUp()) {
            write(bytes);
            return;
        }
        ByteBuf copy = alloc().buffer(length, length);
        copy.writeBytes(bytes);
        bytes.release();
        write(copy);
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void end() {
        channel.flush();
        owner.answered(persistence == Persistence.CLOSES);
    }

    @Override
    public void cut() {
        if (untilClose) {
            // A plain close would look like the end of the body: a reset does not.
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        owner.cut();
    }

    @Override
    public void error(ProxyError error, List<String> added) {
        persistence = error.status() == 408 ? Persistence.CLOSES : persistence();
        byte[] body = error.body(path);
        boolean withBody = !request.method().equals(HttpMethod.HEAD);
        write(Http1Head.encode(alloc(), error, added, body, persistence, withBody));
        end();
    }

    /** An answer to what cannot be read any further. */
    void refuse(ProxyError error) {
        write(Http1Head.encode(alloc(), error, List.of(), error.body(path), Persistence.CLOSES, true));
        end();
    }

    private boolean pilesUp() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending != null && pending.totalPendingWriteBytes() > 0;
    }

    private void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    private Persistence persistence() {
        if (!owner.staysOpen() || !HttpUtil.isKeepAlive(request) || !restIsShort()) {
            return Persistence.CLOSES;
        }
        return takesChunks() ? Persistence.STAYS : Persistence.KEEP_ALIVE;
    }

    /** Whether what is still to come of the request is worth reading past. */
    private boolean restIsShort() {
        return owner.requestComplete()
                || (!request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)
                        && !request.headers().contains(HttpHeaderNames.EXPECT)
                        && HttpUtil.getContentLength(request, 0L) <= MAX_SKIPPED);
    }
}
