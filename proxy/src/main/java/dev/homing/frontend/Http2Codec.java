// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.config.Limits;
import dev.homing.exchange.ProxyError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Netty's frame codec as a client's connection needs it: with {@link FrameGuard} in front, windows that no stream can take from another, and told
 * apart what its client did from what broke here. It never closes the connection itself. Confined to its event loop.
 */
final class Http2Codec extends Http2FrameCodec {

    /** Requests of one connection at once. */
    static final int STREAMS = 100;

    /** Bytes of one request's body that may be under way or held here. */
    static final int WINDOW = 256 * 1024;

    /** Frames smaller than 8 KiB that one header block may be continued in. */
    private static final int SMALL_CONTINUATIONS = 16;

    /** What a field counts beyond its name and value, RFC 9113 section 6.5.2; pseudo-headers are fields here. */
    private static final int FIELD = 32;

    private static final int PSEUDO_FIELDS = 4;

    /** Told of its connection. */
    interface Listener {

        /** Bytes came. {@code openBlock} numbers the header block that was begun and did not end, 0 = there is none. */
        void bytesCame(long openBlock);

        /** A header list came that is too large to be kept; what it is to be told. */
        ProxyError tooLarge();

        /** The connection cannot go on; null when the fault is not the client's. */
        void broke(@Nullable Http2Exception rule, Throwable cause);
    }

    private final Listener listener;
    private final HeaderBlocks blocks = new HeaderBlocks();

    private Http2Codec(
            Http2ConnectionEncoder encoder, Http2ConnectionDecoder decoder, Http2Settings settings, Listener listener) {
        super(encoder, decoder, settings, true, true);
        this.listener = listener;
    }

    /** @param nanoTime a monotonic clock, in nanoseconds */
    static Http2Codec of(Limits limits, LongSupplier nanoTime, Listener listener) {
        long fields = limits.requestLine()
                + (long) limits.headerBytes()
                + FIELD * (limits.headerCount() + (long) PSEUDO_FIELDS);
        Http2Settings settings = Http2Settings.defaultSettings()
                .maxConcurrentStreams(STREAMS)
                .initialWindowSize(WINDOW)
                .maxHeaderListSize(fields);
        Http2Connection connection = new DefaultHttp2Connection(true);
        connection.remote().maxActiveStreams(STREAMS);
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        Http2ConnectionEncoder encoder = new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter());
        FrameGuard reader = new FrameGuard(
                new DefaultHttp2FrameReader(new RequestFieldsDecoder(fields), SMALL_CONTINUATIONS),
                connection,
                nanoTime);
        Http2ConnectionDecoder decoder = new DefaultHttp2ConnectionDecoder(
                connection, encoder, reader, Http2PromisedRequestVerifier.ALWAYS_VERIFY, true, true, false);
        return new Http2Codec(encoder, decoder, settings, listener);
    }

    /** Opens the connection's window so far that all streams together do not fill it: none can hold up another. */
    void openWindow() throws Http2Exception {
        Http2Stream whole = connection().connectionStream();
        int now = connection().local().flowController().initialWindowSize(whole);
        connection().local().flowController().incrementWindowSize(whole, STREAMS * WINDOW - now);
    }

    /** Says that the connection ends, and which of the client's streams were the last that were taken. */
    void goAway(ChannelHandlerContext ctx, int last, Http2Error error, String why) throws Http2Exception {
        ByteBuf text = ByteBufUtil.encodeString(ctx.alloc(), CharBuffer.wrap(why), StandardCharsets.US_ASCII);
        if (connection().goAwaySent(last, error.code(), text)) {
            frameWriter().writeGoAway(ctx, last, error.code(), text, ctx.newPromise());
        } else {
            text.release();
        }
        ctx.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
        if (msg instanceof ByteBuf bytes) {
            blocks.follow(bytes);
        }
        super.channelRead(ctx, msg);
        listener.bytesCame(blocks.open());
    }

    /** What is so large that it was not even kept is answered here, and reset by the codec. */
    @Override
    protected void handleServerHeaderDecodeSizeError(ChannelHandlerContext ctx, Http2Stream stream) {
        ProxyError error = listener.tooLarge();
        byte[] body = error.body("/");
        Http2Headers head = Http2Head.response(error, List.of(), body.length);
        encoder().writeHeaders(ctx, stream.id(), head, 0, false, ctx.newPromise());
        encoder().writeData(ctx, stream.id(), Unpooled.wrappedBuffer(body), 0, true, ctx.newPromise());
        flush(ctx);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext ctx, boolean outbound, Throwable cause, @Nullable Http2Exception rule) {
        listener.broke(rule, cause);
    }
}
