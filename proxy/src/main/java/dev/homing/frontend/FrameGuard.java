// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees every frame of a connection before the codec acts on it. It refuses requests whose fields break the rules, ends connections whose frames
 * bring no request forward, and lets pass unheard what was under way to a stream when homing reset it: RFC 9113 section 5.1. Confined to its event
 * loop.
 */
final class FrameGuard implements Http2FrameReader {

    /** Streams that a client may end before they were answered, by its resets or by faults that reset them (Rapid Reset, MadeYouReset). */
    private static final int RESETS = 200;

    private static final int RESETS_PER_SECOND = 10;

    /** Frames that only cost: PING, SETTINGS, PRIORITY, GOAWAY, empty DATA, unknown ones. */
    private static final int IDLE_FRAMES = 1000;

    private static final int IDLE_FRAMES_PER_SECOND = 100;

    private final Http2FrameReader reader;
    private final Http2Connection connection;
    private final LongSupplier nanoTime;
    private final Allowance resets;
    private final Allowance idleFrames;

    /** Those that homing reset or refused: what is still under way to them is nobody's fault. */
    private final RecentStreams ours = new RecentStreams();

    private final RecentStreams closed = new RecentStreams();
    private @Nullable Guarded guarded;
    private boolean broken;

    /** @param nanoTime a monotonic clock, in nanoseconds */
    FrameGuard(Http2FrameReader reader, Http2Connection connection, LongSupplier nanoTime) {
        this.reader = reader;
        this.connection = connection;
        this.nanoTime = nanoTime;
        this.resets = new Allowance(RESETS, RESETS_PER_SECOND, nanoTime.getAsLong());
        this.idleFrames = new Allowance(IDLE_FRAMES, IDLE_FRAMES_PER_SECOND, nanoTime.getAsLong());
        connection.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                (stream.isResetSent() ? ours : closed).add(stream.id());
            }
        });
    }

    @Override
    public void readFrame(ChannelHandlerContext ctx, ByteBuf input, Http2FrameListener listener) throws Http2Exception {
        if (broken) {
            input.skipBytes(input.readableBytes());
            return;
        }
        Guarded to = guarded;
        if (to == null || to.listener() != listener) {
            to = new Guarded(listener);
            guarded = to;
        }
        try {
            reader.readFrame(ctx, input, to);
        } catch (Http2Exception e) {
            broken = !Http2Exception.isStreamError(e);
            if (!broken) {
                countReset(ctx);
            }
            throw e;
        }
    }

    @Override
    public Configuration configuration() {
        return reader.configuration();
    }

    @Override
    public void close() {
        reader.close();
    }

    private void countReset(ChannelHandlerContext ctx) throws Http2Exception {
        count(ctx, resets, "streams that were reset");
    }

    private void countIdleFrame(ChannelHandlerContext ctx) throws Http2Exception {
        count(ctx, idleFrames, "frames that bring no request forward");
    }

    /** Nothing grows back while the client does not read: what it is sent in answer would pile up. */
    private void count(ChannelHandlerContext ctx, Allowance allowance, String what) throws Http2Exception {
        if (!allowance.take(nanoTime.getAsLong(), ctx.channel().isWritable())) {
            broken = true;
            throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, "too many %s", what);
        }
    }

    /** What the codec does with a frame. */
    private interface Step {
        void run() throws Http2Exception;
    }

    /** Between the reader and the codec. */
    private final class Guarded extends Http2FrameListenerDecorator {

        Guarded(Http2FrameListener listener) {
            super(listener);
        }

        Http2FrameListener listener() {
            return listener;
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end)
                throws Http2Exception {
            if (!data.isReadable() && !end) {
                countIdleFrame(ctx);
            }
            // What is returned is counted as consumed by the codec itself.
            unlessLate(id, () -> super.onDataRead(ctx, id, data, padding, end));
            return data.readableBytes() + padding;
        }

        @Override
        public void onHeadersRead(ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end)
                throws Http2Exception {
            unlessLate(id, () -> {
                check(id, headers, end);
                super.onHeadersRead(ctx, id, headers, padding, end);
            });
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end)
                throws Http2Exception {
            onHeadersRead(ctx, id, headers, padding, end);
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int id, long error) throws Http2Exception {
            if (connection.stream(id) != null) {
                countReset(ctx);
            }
            unlessLate(id, () -> super.onRstStreamRead(ctx, id, error));
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext ctx, int id, int increment) throws Http2Exception {
            unlessLate(id, () -> super.onWindowUpdateRead(ctx, id, increment));
        }

        /** Priorities are read, and not followed: RFC 9113 section 5.3. */
        @Override
        public void onPriorityRead(ChannelHandlerContext ctx, int id, int dependency, short weight, boolean exclusive)
                throws Http2Exception {
            countIdleFrame(ctx);
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
            countIdleFrame(ctx);
            super.onSettingsRead(ctx, settings);
        }

        @Override
        public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
            countIdleFrame(ctx);
            super.onSettingsAckRead(ctx);
        }

        @Override
        public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            countIdleFrame(ctx);
            super.onPingRead(ctx, data);
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
            countIdleFrame(ctx);
            super.onPingAckRead(ctx, data);
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int last, long error, ByteBuf debug) throws Http2Exception {
            countIdleFrame(ctx);
            super.onGoAwayRead(ctx, last, error, debug);
        }

        @Override
        public void onUnknownFrame(ChannelHandlerContext ctx, byte type, int id, Http2Flags flags, ByteBuf payload)
                throws Http2Exception {
            countIdleFrame(ctx);
            super.onUnknownFrame(ctx, type, id, flags, payload);
        }

        /** A stream that is refused for its fields exists from then on: the rest of it is no fault of the connection's. */
        private void check(int id, Http2Headers headers, boolean end) throws Http2Exception {
            Http2Stream stream = connection.stream(id);
            if (stream == null && connection.streamMayHaveExisted(id) && !ours.contains(id)) {
                // Section 5.1: either it is over, or it was passed over when a later one began.
                Http2Error error = closed.contains(id) ? Http2Error.STREAM_CLOSED : Http2Error.PROTOCOL_ERROR;
                throw Http2Exception.connectionError(error, "HEADERS of stream %d, which is over", id);
            }
            if (stream == null ? connection.streamMayHaveExisted(id) : stream.isResetSent()) {
                return;
            }
            if (stream != null && !stream.state().remoteSideOpen()) {
                throw Http2Exception.streamError(id, Http2Error.STREAM_CLOSED, "HEADERS after the end of the request");
            }
            RequestFields fields = (RequestFields) headers;
            boolean trailers = stream != null && stream.isHeadersReceived();
            String fault = trailers ? fields.faultOfTrailers() : fields.faultOfRequest();
            if (fault == null) {
                return;
            }
            if (stream == null) {
                connection.remote().createStream(id, end);
            }
            throw Http2Exception.streamError(id, Http2Error.PROTOCOL_ERROR, fault);
        }

        private void unlessLate(int id, Step step) throws Http2Exception {
            try {
                step.run();
            } catch (Http2Exception e) {
                if (e.error() == Http2Error.REFUSED_STREAM) {
                    ours.add(id);
                } else if (e.error() != Http2Error.FLOW_CONTROL_ERROR
                        && connection.stream(id) == null
                        && ours.contains(id)) {
                    return;
                }
                throw e;
            }
        }
    }
}
