// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Decodes the heads of responses and passes everything behind a final head, or a 101, on as the bytes that came, until {@link #awaitHead}. The body is
 * relayed as it is, so objects for its chunks would be made for nothing. Bytes that come when no head is awaited pass as well: were they
 * decoded, they would begin the next response.
 */
final class ResponseDecoder extends HttpResponseDecoder {

    private boolean passing = true;
    private boolean heard;

    /** @param headBytes bound of the whole head, in bytes */
    ResponseDecoder(int headBytes) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(headBytes)
                .setMaxHeaderSize(headBytes)
                .setHeadersFactory(MessageFields.FACTORY));
    }

    /** A request is about to be sent: the next bytes are a head. */
    void awaitHead() {
        passing = false;
        heard = false;
        reset();
    }

    /** Whether any byte came since a head was awaited. */
    boolean heard() {
        return heard;
    }

    /** Whether bytes are here that were neither decoded nor passed on. */
    boolean holdsBytes() {
        return actualReadableBytes() > 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        heard = true;
        if (passing && actualReadableBytes() == 0) {
            ctx.fireChannelRead(msg);
        } else {
            super.channelRead(ctx, msg);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (passing) {
            out.add(in.readRetainedSlice(in.readableBytes()));
            return;
        }
        super.decode(ctx, in, out);
        headOnly(out);
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!passing) {
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
                passing = response.decoderResult().isSuccess()
                        && (response.status().codeClass() != HttpStatusClass.INFORMATIONAL
                                || response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code());
            } else if (message instanceof LastHttpContent content) {
                content.release();
                out.remove(i);
            }
        }
    }
}
