// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Decodes the heads of responses and passes everything behind a final head, or a 101, on as the bytes that came, until {@link #awaitHead}. The body is
 * relayed as it is, so objects for its chunks would be made for nothing. Bytes that come when no head is awaited pass as well: were they
 * decoded, they would begin the next response. Of a head it refuses what the codec would mend: {@link HeadBytes}.
 */
final class ResponseDecoder extends HttpResponseDecoder {

    private final HeadBytes head = HeadBytes.ofResponses();
    private boolean passing = true;
    private boolean broken;
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
        broken = false;
        head.reset();
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
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        String fault = head.fault(in);
        if (fault != null) {
            broken = true;
            in.skipBytes(in.readableBytes());
            out.add(failed(fault));
            return;
        }
        super.decode(ctx, in, out);
        head.left(in.readableBytes());
        headOnly(out);
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!passing && !broken) {
            super.decodeLast(ctx, in, out);
            headOnly(out);
        } else if (in.isReadable()) {
            out.add(in.readRetainedSlice(in.readableBytes()));
        }
    }

    /** Version and status as the grammar has them, RFC 9112 section 4; the codec reads them as any numbers. */
    @Override
    protected HttpMessage createMessage(String[] initialLine) {
        String version = initialLine[0];
        String status = initialLine[1];
        if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
            throw new IllegalArgumentException("version: " + version + " (expected: HTTP/1.1 or HTTP/1.0)");
        }
        if (status.length() != 3 || !status.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("status: " + status + " (expected: three digits)");
        }
        return super.createMessage(initialLine);
    }

    private HttpMessage failed(String why) {
        HttpMessage message = createInvalidMessage();
        message.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(why)));
        return message;
    }

    /** Where a body is empty by definition the codec says so at once; whoever relays the response knows it from the head. */
    private void headOnly(List<Object> out) {
        for (int i = out.size() - 1; i >= 0; i--) {
            Object message = out.get(i);
            if (message instanceof HttpResponse response) {
                broken = response.decoderResult().isFailure();
                passing = !broken
                        && (response.status().codeClass() != HttpStatusClass.INFORMATIONAL
                                || response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code());
                head.reset();
            } else if (message instanceof LastHttpContent content) {
                content.release();
                out.remove(i);
            }
        }
    }
}
