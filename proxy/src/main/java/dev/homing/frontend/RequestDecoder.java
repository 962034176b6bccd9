// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.config.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's request decoder, made to refuse what the next party might read otherwise: folded header lines, which it unfolds (RFC 9112 section
 * 5.2), and chunk sizes of endless digits. It looks at these bytes before they are decoded, because afterwards nothing tells of them.
 */
final class RequestDecoder extends HttpRequestDecoder {

    /** Bytes of a body that are handed on as one part at most. */
    private static final int PART = 64 * 1024;

    private final Runnable bytesCame;
    private final ChunkSizes chunks = new ChunkSizes();
    private boolean inHead = true;
    private boolean text;
    private boolean lineStart;
    private boolean broken;
    private int scanned;

    /** @param bytesCame run when bytes of a head come; the empty lines that may stand before it (RFC 9112 section 2.2) are none */
    RequestDecoder(Limits limits, Runnable bytesCame) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLine())
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxChunkSize(PART));
        this.bytesCame = bytesCame;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (inHead) {
            boolean folded = folded(in);
            if (text) {
                bytesCame.run();
            }
            if (folded) {
                broken = true;
                in.skipBytes(in.readableBytes());
                out.add(failed(placeholder(), "folded header line"));
                return;
            }
        }
        if (!chunks.sound(in)) {
            broken = true;
            in.skipBytes(in.readableBytes());
            out.add(failed(new DefaultLastHttpContent(), "chunk size (expected: 1 to 16 hexadecimal digits)"));
            return;
        }
        int before = in.readableBytes();
        super.decode(ctx, in, out);
        scanned = in.readableBytes();
        chunks.taken(before - scanned);
        for (Object message : out) {
            if (message instanceof HttpRequest request) {
                inHead = false;
                if (HttpUtil.isTransferEncodingChunked(request)) {
                    chunks.begin();
                }
            }
            if (message instanceof LastHttpContent) {
                inHead = true;
                text = false;
                lineStart = false;
                scanned = 0;
            }
        }
    }

    /** The codec reads the version without regard to case, but it is case-sensitive: RFC 9112 section 2.3. */
    @Override
    protected HttpMessage createMessage(String[] initialLine) throws Exception {
        if (!initialLine[2].startsWith("HTTP/")) {
            throw new IllegalArgumentException("version: " + initialLine[2] + " (expected: HTTP/1.1 or HTTP/1.0)");
        }
        return super.createMessage(initialLine);
    }

    /** Looks at each byte of the head once, up to the empty line that ends it. */
    private boolean folded(ByteBuf in) {
        for (int i = in.readerIndex() + scanned; i < in.writerIndex(); i++) {
            byte b = in.getByte(i);
            if (lineStart && text) {
                if (b == ' ' || b == '\t') {
                    return true;
                }
                if (b == '\r' || b == '\n') {
                    return false;
                }
            }
            text |= b != '\r' && b != '\n';
            lineStart = b == '\n';
        }
        return false;
    }

    /** Stands for a request of which nothing is known. */
    static HttpRequest placeholder() {
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    }

    private static <T extends HttpObject> T failed(T message, String why) {
        message.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(why)));
        return message;
    }
}
