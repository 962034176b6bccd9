// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.observe.Happenings;
import dev.homing.observe.History;
import dev.homing.observe.Totals;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server-sent events of {@code GET /api/live}: at each tick one picture of the whole process, put into bytes once for all viewers. While nobody
 * watches, only the samples are taken that the figures of the last hour need. Confined to the admin's thread.
 */
public final class LiveFeed {

    /** More are told to come again. */
    static final int MAX_VIEWERS = 16;

    /** A viewer that has not taken what it was sent for as many ticks is dropped; meanwhile it is sent nothing. */
    static final int PATIENCE = 10;

    /** How long a viewer is to wait before it connects again, in milliseconds. */
    private static final String RETRY = "retry: 2000\n\n";

    private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);

    private final Sources sources;
    private final History history;
    private final Set<Viewer> viewers = new LinkedHashSet<>();

    /** The newest events, null while nobody watches. */
    private @Nullable Frames frames;

    /** Made anywhere, before the first tick. */
    public LiveFeed(Sources sources) {
        this.sources = sources;
        this.history = new History(sources.nanos.getAsLong());
    }

    /**
     * Where the figures come from; all of it answers at once.
     *
     * @param totals what is counted up to now
     * @param nanos a monotonic clock
     * @param epochMillis the wall clock
     */
    public record Sources(
            Operations operations,
            Supplier<Totals> totals,
            Happenings happenings,
            LongSupplier nanos,
            LongSupplier epochMillis) {}

    /** What viewers are sent: {@code hour} once when they come and with each new sample, {@code live} at each tick. */
    private static final class Frames {

        private final byte[] hour;
        private final byte[] live;

        Frames(byte[] hour, byte[] live) {
            this.hour = hour;
            this.live = live;
        }
    }

    /** Takes a sample when one is due, and tells viewers how things are; to be called once a second. */
    public void tick() {
        try {
            advance();
        } catch (RuntimeException bug) {
            LOG.error("the dashboard's figures could not be told", bug);
        }
    }

    private void advance() {
        long nanos = sources.nanos.getAsLong();
        boolean sampled = history.isDue(nanos);
        if (!sampled && viewers.isEmpty()) {
            return;
        }
        Totals now = sources.totals.get();
        if (sampled) {
            history.add(nanos, now);
        }
        List.copyOf(viewers).forEach(Viewer::check);
        if (viewers.isEmpty()) {
            return;
        }
        Frames before = frames;
        LivePicture picture = picture(nanos, now);
        Frames next = new Frames(before == null || sampled ? hour(picture) : before.hour, live(picture));
        frames = next;
        for (Viewer viewer : List.copyOf(viewers)) {
            viewer.tell(next, sampled || before == null);
        }
    }

    private LivePicture picture(long nanos, Totals now) {
        return new LivePicture(sources, history, nanos, now);
    }

    private static byte[] live(LivePicture picture) {
        return event("live", picture.live());
    }

    private static byte[] hour(LivePicture picture) {
        return event("hour", picture.hour());
    }

    private static byte[] event(String name, Object data) {
        // JSON has no line breaks but the last: one data field holds it
        return ("event: " + name + "\ndata: " + AdminJson.write(data) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Whether another viewer may come. */
    boolean hasRoom() {
        return viewers.size() < MAX_VIEWERS;
    }

    int viewers() {
        return viewers.size();
    }

    /**
     * Tells a viewer everything from now on; the head of the answer has been written.
     *
     * @param welcome whether it may still watch, asked at each tick
     */
    void join(ChannelHandlerContext ctx, BooleanSupplier welcome) {
        assert ctx.executor().inEventLoop();
        if (frames == null) {
            LivePicture picture = picture(sources.nanos.getAsLong(), sources.totals.get());
            frames = new Frames(hour(picture), live(picture));
        }
        Viewer viewer = new Viewer(ctx, welcome);
        viewers.add(viewer);
        ctx.channel().closeFuture().addListener(closed -> leave(viewer));
        ctx.write(content(RETRY.getBytes(StandardCharsets.UTF_8)));
        viewer.tell(frames, true);
    }

    private void leave(Viewer viewer) {
        viewers.remove(viewer);
        if (viewers.isEmpty()) {
            frames = null; // the next one shall not be told what was
        }
    }

    private static DefaultHttpContent content(byte[] bytes) {
        return new DefaultHttpContent(Unpooled.wrappedBuffer(bytes));
    }

    /** One connection that is told. */
    private static final class Viewer {

        private final ChannelHandlerContext ctx;
        private final BooleanSupplier welcome;
        private int missed;

        /** Whether it was not sent an {@code hour} that it should have been. */
        private boolean behind;

        Viewer(ChannelHandlerContext ctx, BooleanSupplier welcome) {
            this.ctx = ctx;
            this.welcome = welcome;
        }

        /** Ends it when it may not watch any more, or takes nothing. */
        void check() {
            missed = ctx.channel().isWritable() ? 0 : missed + 1;
            if (missed >= PATIENCE || !welcome.getAsBoolean()) {
                ctx.close();
            }
        }

        /** Every event is whole by itself, so one who is slow misses some and is none the worse for it. */
        void tell(Frames frames, boolean newHour) {
            behind |= newHour;
            if (!ctx.channel().isActive() || !ctx.channel().isWritable()) {
                return;
            }
            if (behind) {
                ctx.write(content(frames.hour));
                behind = false;
            }
            ctx.writeAndFlush(content(frames.live)).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
    }
}
