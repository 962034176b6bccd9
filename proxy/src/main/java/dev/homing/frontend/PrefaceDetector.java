// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.util.List;

/**
 * Tells by the first bytes of a connection in the clear whether its client speaks HTTP/2 with prior knowledge, RFC 9113 section 3.3, and leaves
 * the pipeline. No HTTP/1 request begins with these 24 bytes.
 */
final class PrefaceDetector extends ByteToMessageDecoder {

    private final Runnable begun;
    private final Runnable http2;

    /**
     * A detector of one connection.
     *
     * @param begun run when bytes came that do not tell yet
     * @param http2 run when they are the preface, which the pipeline is then to be ready for
     */
    PrefaceDetector(Runnable begun, Runnable http2) {
        this.begun = begun;
        this.http2 = http2;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
        int there = Math.min(in.readableBytes(), preface.readableBytes());
        boolean same = true;
        for (int i = 0; i < there && same; i++) {
            same = in.getByte(in.readerIndex() + i) == preface.getByte(i);
        }
        if (same && there < preface.readableBytes()) {
            begun.run();
            return;
        }
        if (same) {
            http2.run();
        }
        ctx.pipeline().remove(this);
    }
}
