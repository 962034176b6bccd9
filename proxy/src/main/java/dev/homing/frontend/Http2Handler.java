// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.config.Limits;
import dev.homing.config.Timeouts;
import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.Generation;
import dev.homing.exchange.LoopScope;
import dev.homing.exchange.ProxyError;
import dev.homing.loop.Deadline;
import dev.homing.loop.DurationText;
import dev.homing.observe.Asked;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 client connection: how long it stays, and how it ends. Its requests are its streams', each an exchange of its own.
 *
 * <pre>
 * OPEN -> LEAVING -> LAST -> CLOSING     homing stops: no new streams soon, none at all, and those that there were are over
 * any of them -> CLOSING                 nothing more is read but the client's goodbye
 * </pre>
 *
 * Confined to the connection's event loop.
 */
final class Http2Handler extends ChannelInboundHandlerAdapter implements Http2Codec.Listener {

    /** How long a client that is told to leave may take to hear of it: streams that it opened before are still taken, RFC 9113 section 6.8. */
    private static final Duration CROSSING = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Http2Handler.class);

    private enum State {
        OPEN,
        LEAVING,
        LAST,
        CLOSING
    }

    private final Channel channel;
    private final LoopScope scope;
    private final Supplier<Generation> generations;
    private final ClientInfo client;
    private final Http2Codec codec;
    private final Deadline deadline;
    private final Deadline headDeadline;
    private final Set<Http2Request> streams = new LinkedHashSet<>();
    private State state = State.OPEN;
    private long openBlock;
    private boolean ended;

    private Http2Handler(Channel channel, LoopScope scope, Supplier<Generation> generations, ClientInfo client) {
        this.channel = channel;
        this.scope = scope;
        this.generations = generations;
        this.client = client;
        this.codec = Http2Codec.of(limits(), scope.nanoTime(), this);
        this.deadline = scope.deadlines().open(this::expired);
        this.headDeadline = scope.deadlines().open(this::headExpired);
        deadline.in(timeouts().idle());
        count(ConnectionState.IDLE, 1);
    }

    /** Makes {@code channel} speak HTTP/2 from its next byte on, which is the first of a client's preface. On its event loop. */
    static void speak(Channel channel, LoopScope scope, Supplier<Generation> generations, ClientInfo client) {
        Http2Handler handler = new Http2Handler(channel, scope, generations, client);
        ChannelInitializer<Channel> streams = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.pipeline().addLast(new Http2Request(stream, handler));
            }
        };
        channel.pipeline().addLast(handler.codec, new Http2MultiplexHandler(streams), handler);
        try {
            handler.codec.openWindow();
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        channel.flush();
    }

    LoopScope scope() {
        return scope;
    }

    ClientInfo client() {
        return client;
    }

    /** What is in force. */
    Supplier<Generation> generations() {
        return generations;
    }

    Limits limits() {
        return generations.get().config().defaults().limits();
    }

    Timeouts.Client timeouts() {
        return generations.get().config().defaults().timeouts().client();
    }

    // ---- what the streams tell

    void opened(Http2Request stream) {
        if (streams.isEmpty()) {
            count(ConnectionState.IDLE, -1);
            count(ConnectionState.ACTIVE, 1);
            if (state == State.OPEN) {
                deadline.clear();
            }
        }
        streams.add(stream);
    }

    void closed(Http2Request stream) {
        if (!streams.remove(stream) || !streams.isEmpty()) {
            return;
        }
        count(ConnectionState.ACTIVE, -1);
        if (!ended) {
            count(ConnectionState.IDLE, 1);
        }
        switch (state) {
            case OPEN -> deadline.in(timeouts().idle());
            case LAST -> close();
            case LEAVING, CLOSING -> {}
        }
    }

    /**
     * A request that is not routed.
     *
     * @param asked null when it has been answered already, and is not told of again
     */
    void refused(@Nullable Asked asked, ProxyError error) {
        scope.shared().refused(client, error);
        if (asked != null) {
            Refusals.tell(scope, asked, error);
        }
    }

    // ---- what the codec tells

    @Override
    public void bytesCame(long block) {
        if (block != openBlock && state != State.CLOSING) {
            openBlock = block;
            if (block == 0) {
                headDeadline.clear();
            } else {
                headDeadline.in(timeouts().requestHead());
            }
        }
    }

    @Override
    public ProxyError tooLarge() {
        ProxyError error = FramingGuard.tooLarge(limits());
        refused(Asked.unknown(client.address()), error);
        return error;
    }

    @Override
    public void broke(@Nullable Http2Exception rule, Throwable cause) {
        if (state == State.CLOSING) {
            return;
        }
        if (rule == null) {
            if (!(cause instanceof IOException)) {
                LOG.error("a client's connection is closed because of a fault in homing", cause);
            }
            channel.close();
            return;
        }
        String reason = rule.error() == Http2Error.ENHANCE_YOUR_CALM ? "http2_flood" : "http2_protocol_error";
        breakOff(rule.error(), reason, String.valueOf(rule.getMessage()));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof Http2PingFrame ping && ping.ack() && state == State.LEAVING) {
            takeNoMore();
        } else if (msg instanceof Http2GoAwayFrame && state == State.OPEN) {
            // The client opens no more streams.
            state = State.LAST;
            closeIfOver();
        }
        ReferenceCountUtil.release(msg);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == Farewell.DRAIN) {
            leave();
        } else if (event == SslCloseCompletionEvent.SUCCESS) {
            // The client's goodbye, which ends its side as a FIN does.
            if (state != State.CLOSING) {
                Ending.orderly(channel);
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** Before the codec ends the streams: what one of them holds must not keep its backend. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        deadline.close();
        headDeadline.close();
        if (streams.isEmpty()) {
            count(ConnectionState.IDLE, -1);
        }
        ended = true;
        state = State.CLOSING;
        List.copyOf(streams).forEach(Http2Request::leave);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Ending.broken(channel, cause);
    }

    // ---- how it ends

    private void expired() {
        switch (state) {
            case OPEN -> {
                goAway(lastStream(), Http2Error.NO_ERROR, "idle");
                close();
            }
            case LEAVING -> takeNoMore();
            case LAST, CLOSING -> channel.close();
        }
    }

    private void headExpired() {
        ProxyError error = ProxyError.clientTimeout("request head: not complete within "
                + DurationText.of(timeouts().requestHead()));
        breakOff(Http2Error.NO_ERROR, error.code(), error.message());
    }

    /** Two steps, because streams may be under way that the client opened before it heard of the first: RFC 9113 section 6.8. */
    private void leave() {
        if (state != State.OPEN) {
            return;
        }
        state = State.LEAVING;
        goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR, "stopping");
        channel.writeAndFlush(new DefaultHttp2PingFrame(0));
        deadline.in(CROSSING);
    }

    private void takeNoMore() {
        state = State.LAST;
        deadline.clear();
        goAway(lastStream(), Http2Error.NO_ERROR, "stopping");
        closeIfOver();
    }

    private void closeIfOver() {
        deadline.clear();
        if (streams.isEmpty()) {
            close();
        }
    }

    /** Ends all streams at once, and says why. */
    private void breakOff(Http2Error error, String reason, String why) {
        LOG.debug("ended the connection of {}: {} {}", client.address(), error, why);
        scope.shared().observer().rejected(reason);
        state = State.CLOSING;
        goAway(lastStream(), error, why);
        List.copyOf(streams).forEach(Http2Request::leave);
        close();
    }

    /**
     * Ends this side once the client took what was written, if it does. The client's side stays open for a while: it may be saying something, and
     * a reset would take away what it was told.
     */
    private void close() {
        state = State.CLOSING;
        headDeadline.clear();
        deadline.in(timeouts().idle());
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> {
            if (done.isSuccess()) {
                deadline.in(Ending.LINGER);
                Ending.halfway(channel);
            } else {
                channel.close();
            }
        });
    }

    private void goAway(int last, Http2Error error, String why) {
        ChannelHandlerContext ctx = channel.pipeline().context(codec);
        try {
            codec.goAway(ctx, last, error, why);
        } catch (Http2Exception e) {
            LOG.debug("no goodbye to {}: {}", client.address(), e.getMessage());
        }
    }

    private int lastStream() {
        return codec.connection().remote().lastStreamCreated();
    }

    private void count(ConnectionState state, int delta) {
        scope.shared().observer().connection(Side.CLIENT, state, delta);
    }
}
