// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Decodes the heads of responses and passes everything behind a final head on as the bytes that came, until {@link #awaitHead}. The body is
 * relayed as it is, so objects for its chunks would be made for nothing.
 */
final class ResponseDecoder extends HttpResponseDecoder {

    private boolean body;

    /** @param headBytes bound of the whole head, in bytes */
    ResponseDecoder(int headBytes) {
        super(new HttpDecoderConfig().setMaxInitialLineLength(headBytes).setMaxHeaderSize(headBytes));
    }

    /** The body that was passed on has ended: the next bytes are a head. */
    void awaitHead() {
        body = false;
        reset();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        if (body && actualReadableBytes() == 0) {
            ctx.fireChannelRead(msg);
        } else {
            super.channelRead(ctx, msg);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (body) {
            out.add(in.readRetainedSlice(in.readableBytes()));
            return;
        }
        super.decode(ctx, in, out);
        headOnly(out);
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!body) {
            super.decodeLast(ctx, in, out);
            headOnly(out);
        } else if (in.isReadable()) {
            out.add(in.readRetainedSlice(in.readableBytes()));
        }
    }

    /** Where a body is empty by definition the codec says so at once; whoever relays the response knows it from the head. */
    private void headOnly(List<Object> out) {
        for (int i = out.size() - 1; i >= 0; i--) {
            Object message = out.get(i);
            if (message instanceof HttpResponse response) {
                body = response.decoderResult().isSuccess()
                        && response.status().codeClass() != HttpStatusClass.INFORMATIONAL;
            } else if (message instanceof LastHttpContent content) {
                content.release();
                out.remove(i);
            }
        }
    }
}
