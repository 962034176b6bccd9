// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.exchange.ClientStream;
import dev.homing.exchange.ProxyError;
import dev.homing.exchange.ResponseHead;
import dev.homing.loop.Backlog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to one HTTP/2 request, as frames of its stream. */
final class Http2Stream implements ClientStream {

    private final Channel channel;
    private final Http2Request owner;
    private final HttpRequest request;
    private final String path;

    /** A head that waits for what follows in the same turn of the loop: the end may go with it. */
    private @Nullable Http2Headers head;

    /** What goes behind the body, null when nothing does. */
    private @Nullable Http2Headers trailers;

    /** @param path decides the shape of errors */
    Http2Stream(Channel channel, Http2Request owner, HttpRequest request, String path) {
        this.channel = channel;
        this.owner = owner;
        this.request = request;
        this.path = path;
    }

    @Override
    public ByteBufAllocator alloc() {
        return channel.alloc();
    }

    /** Frames delimit the body, so that it is relayed without any framing of its own. */
    @Override
    public boolean takesChunks() {
        return false;
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
        channel.writeAndFlush(new DefaultHttp2HeadersFrame(Http2Head.proceed()));
    }

    @Override
    public void head(ResponseHead response) {
        head = Http2Head.response(response);
    }

    @Override
    public void body(ByteBuf bytes) {
        writeHead();
        channel.write(new DefaultHttp2DataFrame(pilesUp() ? Backlog.piled(channel, bytes) : bytes));
    }

    @Override
    public void flush() {
        writeHead();
        channel.flush();
    }

    @Override
    public void trailers(List<String> fields) {
        Http2Headers behind = Http2Head.trailers(fields);
        trailers = behind.isEmpty() ? null : behind;
    }

    @Override
    public void end() {
        if (trailers != null) {
            writeHead();
            head = trailers;
        }
        Http2Headers only = head;
        head = null;
        ChannelFuture written = channel.writeAndFlush(
                only == null
                        ? new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true)
                        : new DefaultHttp2HeadersFrame(only, true));
        owner.answered(written);
    }

    /** A reset, never an end: RFC 9113 section 8.1. */
    @Override
    public void cut() {
        head = null;
        if (!owner.broken()) {
            channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
            owner.cut();
        }
    }

    @Override
    public void error(ProxyError error, List<String> added) {
        if (owner.broken()) {
            // The codec resets the stream.
            return;
        }
        byte[] body = error.body(path);
        boolean withBody = !request.method().equals(HttpMethod.HEAD);
        head = Http2Head.response(error, added, body.length);
        if (withBody) {
            body(Unpooled.wrappedBuffer(body));
        }
        end();
    }

    private void writeHead() {
        Http2Headers waiting = head;
        if (waiting != null) {
            head = null;
            channel.write(new DefaultHttp2HeadersFrame(waiting));
        }
    }

    private boolean pilesUp() {
        return channel.bytesBeforeUnwritable() <= channel.config().getWriteBufferHighWaterMark();
    }
}
