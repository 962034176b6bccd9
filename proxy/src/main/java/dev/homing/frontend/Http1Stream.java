// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ClientRequest;
import dev.homing.exchange.ClientStream;
import dev.homing.exchange.ProxyError;
import dev.homing.exchange.ResponseHead;
import dev.homing.frontend.Http1Head.Persistence;
import dev.homing.loop.Backlog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
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

    private final Channel channel;
    private final FrontendHandler owner;
    private final HttpRequest request;
    private final String path;
    private Persistence persistence = Persistence.CLOSES;

    /** Whether the end of the connection says that what came before it is complete. */
    private boolean endsAtClose;

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
        endsAtClose = head.body() == ResponseHead.Body.UNTIL_CLOSE;
        if (endsAtClose) {
            // Whatever ends the connection too early, even its client that ends its own side.
            endsInReset(true);
        }
        persistence = endsAtClose ? Persistence.CLOSES : persistence();
        write(Http1Head.encode(alloc(), head, persistence));
    }

    @Override
    public void switched(ResponseHead head, ClientRequest tunnel) {
        endsAtClose = true;
        persistence = Persistence.CLOSES;
        write(Http1Head.encode(alloc(), head, Persistence.SWITCHES));
        owner.switched(tunnel);
    }

    @Override
    public void body(ByteBuf bytes) {
        Backlog.relay(channel, bytes);
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void end() {
        if (endsAtClose) {
            // Not before its last byte is out: a slow client may end its side meanwhile.
            channel.write(Unpooled.EMPTY_BUFFER).addListener(written -> endsInReset(!written.isSuccess()));
        }
        channel.flush();
        owner.answered(persistence == Persistence.CLOSES);
    }

    @Override
    public void cut() {
        if (endsAtClose) {
            endsInReset(true);
        }
        owner.cut();
    }

    /** A plain close looks like the end of an answer that lasts until then, RFC 9112 section 8: a reset does not. */
    private void endsInReset(boolean on) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, on ? 0 : -1);
        }
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
