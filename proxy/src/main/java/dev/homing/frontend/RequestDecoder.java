// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.config.Limits;
import dev.homing.exchange.Upgrade;
import dev.homing.upstream.HeadBytes;
import dev.homing.upstream.MessageFields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
import org.jspecify.annotations.Nullable;

/**
 * Netty's request decoder, made to refuse what the next party might read otherwise: in a head what {@link HeadBytes} finds, in a chunked body what
 * {@link ChunkSizes} does. They look at the bytes before these are decoded, because afterwards nothing tells of them.
 */
final class RequestDecoder extends HttpRequestDecoder {

    /** The target of a request whose first line could not be read, as the codec names it. */
    static final String UNREAD = "/bad-request";

    /** Bytes of a body that are handed on as one part at most. */
    private static final int PART = 64 * 1024;

    /** Bytes behind a request for another protocol that are held before reading stops. */
    private static final int MAX_HELD = 64 * 1024;

    private final Runnable bytesCame;
    private final HeadBytes head = HeadBytes.ofRequests();
    private final ChunkSizes chunks = new ChunkSizes();
    private Mode mode = Mode.REQUESTS;
    private @Nullable ChannelHandlerContext context;
    private boolean reading;
    private boolean inHead = true;
    private boolean broken;

    /**
     * What bytes are taken for. Behind a request that asks for another protocol it is up to its answer, RFC 9110 section 7.8: until then they are held
     * as they are.
     */
    private enum Mode {
        REQUESTS,
        HELD,
        PASSING
    }

    /** @param bytesCame run when bytes of a head come; the empty lines that may stand before it (RFC 9112 section 2.2) are none. Also when bytes are held */
    RequestDecoder(Limits limits, Runnable bytesCame) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLine())
                .setMaxHeaderSize(limits.headerBytes())
                .setHeadersFactory(MessageFields.FACTORY)
                .setMaxChunkSize(PART));
        this.bytesCame = bytesCame;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** The protocol was not switched: what is held, and what comes, are requests. */
    void readOn() {
        goOn(Mode.REQUESTS);
    }

    /** There are no more requests: what is held, and what comes, is passed on as it is. */
    void passOn() {
        goOn(Mode.PASSING);
    }

    /** Whether as much is held as may be. */
    boolean full() {
        return mode == Mode.HELD && actualReadableBytes() >= MAX_HELD;
    }

    /** Within a read it is the decoder's own loop that goes on: the codec is not to be entered twice. */
    private void goOn(Mode next) {
        mode = next;
        ChannelHandlerContext ctx = context;
        if (ctx != null && !reading && actualReadableBytes() > 0) {
            try {
                channelRead(ctx, Unpooled.EMPTY_BUFFER);
            } catch (Exception e) {
                ctx.fireExceptionCaught(e);
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        if (mode == Mode.PASSING && actualReadableBytes() == 0) {
            ctx.fireChannelRead(msg);
            return;
        }
        reading = true;
        try {
            super.channelRead(ctx, msg);
        } finally {
            reading = false;
        }
    }

    /** The codec asks for more after a read that decoded nothing, whether or not anybody reads. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        if (mode == Mode.HELD) {
            ctx.fireChannelReadComplete();
        } else {
            super.channelReadComplete(ctx);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        switch (mode) {
            case REQUESTS -> request(ctx, in, out);
            case HELD -> bytesCame.run();
            case PASSING -> out.add(in.readRetainedSlice(in.readableBytes()));
        }
    }

    private void request(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (inHead) {
            String fault = head.fault(in);
            if (head.begun()) {
                bytesCame.run();
            }
            if (fault != null) {
                broken = true;
                in.skipBytes(in.readableBytes());
                out.add(failed(placeholder(), fault));
                return;
            }
        }
        String fault = chunks.fault(in);
        if (fault != null) {
            broken = true;
            in.skipBytes(in.readableBytes());
            out.add(failed(new DefaultLastHttpContent(), fault));
            return;
        }
        int before = in.readableBytes();
        super.decode(ctx, in, out);
        head.left(in.readableBytes());
        chunks.taken(before - in.readableBytes());
        for (Object message : out) {
            if (message instanceof HttpRequest request) {
                inHead = false;
                if (Upgrade.asked(request)) {
                    mode = Mode.HELD;
                }
                if (HttpUtil.isTransferEncodingChunked(request)) {
                    chunks.begin();
                }
            }
            if (message instanceof LastHttpContent) {
                inHead = true;
                head.reset();
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

    /** Stands for a request of which nothing is known. */
    static HttpRequest placeholder() {
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, UNREAD);
    }

    private static <T extends HttpObject> T failed(T message, String why) {
        message.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(why)));
        return message;
    }
}
