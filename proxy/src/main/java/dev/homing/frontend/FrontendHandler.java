// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import dev.homing.config.Timeouts;
import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.ClientRequest;
import dev.homing.exchange.Generation;
import dev.homing.exchange.LoopScope;
import dev.homing.exchange.ProxyError;
import dev.homing.exchange.RequestHead;
import dev.homing.exchange.Upgrade;
import dev.homing.loop.Deadline;
import dev.homing.loop.DurationText;
import dev.homing.observe.Asked;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1 client connection: its requests one after the other, each an exchange of its own, answered in the order they came.
 *
 * <pre>
 * AWAITING -> EXCHANGING -> AWAITING      the answer is complete and so is the request
 *             EXCHANGING -> SKIPPING      the answer is complete, a short rest of the request is not
 *             SKIPPING   -> AWAITING      that rest has come, unread
 *             EXCHANGING -> CLOSING       the protocol was switched, and that is over
 * any of them -> CLOSING                  nothing more is read but the client's goodbye
 * </pre>
 *
 * A client that ends its side of the connection has left, as both kinds of backend see it. Confined to the connection's event loop.
 */
final class FrontendHandler extends ChannelInboundHandlerAdapter {

    /** Messages of pipelined requests that are held before reading stops. */
    private static final int MAX_HELD = 64;

    /** How long a connection that has to go may stay idle: a client that was not told yet may be about to send its next request. */
    private static final Duration PARTING = Duration.ofSeconds(1);

    private enum State {
        AWAITING,
        EXCHANGING,
        SKIPPING,
        CLOSING
    }

    private final Channel channel;
    private final LoopScope scope;
    private final Supplier<Generation> generations;
    private final ClientInfo client;
    private final Deadline deadline;
    private final Queue<Object> held = new ArrayDeque<>();
    private State state = State.AWAITING;
    private @Nullable ClientRequest exchange;
    private boolean requestComplete = true;
    private boolean upgradeAsked;
    private boolean holding;
    private boolean headBegun;
    private boolean wanted = true;
    private boolean leaving;
    private boolean parting;
    private boolean dispatching;

    FrontendHandler(Channel channel, LoopScope scope, Supplier<Generation> generations, ClientInfo client) {
        this.channel = channel;
        this.scope = scope;
        this.generations = generations;
        this.client = client;
        this.deadline = scope.deadlines().open(this::expired);
        deadline.in(timeouts().idle());
        count(ConnectionState.IDLE, 1);
    }

    // ---- what the decoder and the answer tell

    /** Bytes of a head came, or some that cannot be read yet. */
    void bytesCame() {
        if (state == State.AWAITING && !headBegun) {
            headBegun = true;
            deadline.in(timeouts().requestHead());
        }
        holding = decoder().full();
        updateReading();
    }

    boolean requestComplete() {
        return requestComplete;
    }

    /** Whether another request may follow on this connection. */
    boolean staysOpen() {
        return !leaving;
    }

    /** Stops or goes on reading, as the exchange wants it. */
    void read(boolean on) {
        wanted = on;
        updateReading();
    }

    /** The protocol is switched: whatever comes belongs to {@code tunnel}, which lasts as long as the connection. */
    void switched(ClientRequest tunnel) {
        exchange = tunnel;
        requestComplete = false;
        holding = false;
        decoder().passOn();
        tunnel.contentFlush();
    }

    /** The answer is complete. */
    void answered(boolean last) {
        noneIsUnderWay();
        wanted = true;
        if (last) {
            close();
        } else if (requestComplete) {
            await();
        } else {
            state = State.SKIPPING;
            deadline.in(timeouts().requestBody());
            updateReading();
        }
    }

    /** The answer cannot be completed: the client sees the connection break. */
    void cut() {
        noneIsUnderWay();
        state = State.CLOSING;
        Ending.abrupt(channel);
    }

    // ---- what the client sends

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (state == State.CLOSING || !channel.isActive()) {
            ReferenceCountUtil.release(msg);
            return;
        }
        held.add(msg);
        dispatch();
    }

    /** The client speaks HTTP/2: the connection is somebody else's from now on, before anything of it was read here. */
    void leave() {
        channel.pipeline().remove(this);
        deadline.close();
        count(ConnectionState.IDLE, -1);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.contentFlush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.clientWritable(channel.isWritable());
        }
        resume();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ClientRequest left = exchange;
        exchange = null;
        deadline.close();
        releaseHeld();
        count(left == null ? ConnectionState.IDLE : ConnectionState.ACTIVE, -1);
        state = State.CLOSING;
        if (left != null) {
            left.clientGone();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == Farewell.LEAVE) {
            leaving = true;
        } else if (event == Farewell.DRAIN) {
            leaving = true;
            parting = true;
            if (state == State.AWAITING && !headBegun) {
                deadline.in(idle());
            }
        } else if (event == SslCloseCompletionEvent.SUCCESS) {
            // The client's goodbye, which ends its side as a FIN does; to one who was told goodbye it is but the
            // answer.
            if (exchange != null) {
                // Its answer is not complete, and a goodbye would say so of one that lasts until then.
                Ending.abrupt(channel);
            } else if (state != State.CLOSING) {
                Ending.orderly(channel);
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Ending.broken(channel, cause);
    }

    /** In order, one request at a time, and none while the client does not read what it was answered. */
    private void dispatch() {
        if (dispatching) {
            return;
        }
        dispatching = true;
        while (!held.isEmpty() && mayDispatch()) {
            Object message = held.remove();
            if (message instanceof HttpRequest request) {
                begin(request);
            } else if (message instanceof ByteBuf bytes) {
                passOn(bytes);
            } else {
                content((HttpContent) message);
            }
        }
        dispatching = false;
        updateReading();
    }

    /** Goes on with what is held. Outside of a read nobody else would flush what it had for its backend. */
    private void resume() {
        dispatch();
        if (!dispatching && exchange != null) {
            exchange.contentFlush();
        }
    }

    private boolean mayDispatch() {
        return switch (state) {
            case AWAITING -> channel.isWritable();
            case EXCHANGING, SKIPPING -> !requestComplete;
            case CLOSING -> false;
        };
    }

    private void begin(HttpRequest request) {
        oneIsUnderWay();
        upgradeAsked = Upgrade.asked(request);
        headBegun = false;
        deadline.clear();
        Generation generation = generations.get();
        ProxyError error =
                FramingGuard.check(request, generation.config().defaults().limits());
        if (error != null) {
            refuse(new Http1Stream(channel, this, request, "/"), Refusals.asked(request, client), error);
            return;
        }
        RequestHead head = RequestHead.of(request, client);
        exchange = ClientRequest.begin(scope, generations, new Http1Stream(channel, this, request, head.path()), head);
    }

    private void oneIsUnderWay() {
        state = State.EXCHANGING;
        requestComplete = false;
        count(ConnectionState.IDLE, -1);
        count(ConnectionState.ACTIVE, 1);
    }

    private void noneIsUnderWay() {
        exchange = null;
        count(ConnectionState.ACTIVE, -1);
        count(ConnectionState.IDLE, 1);
    }

    private void content(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            ProxyError error = ProxyError.malformed(
                    "request body: " + content.decoderResult().cause().getMessage());
            if (exchange != null) {
                exchange.contentBroken(error);
            } else {
                scope.shared().brokeOff(client, error.code(), error.message());
                close();
            }
            return;
        }
        boolean last = content instanceof LastHttpContent;
        requestComplete = last;
        if (exchange != null && content.content().isReadable()) {
            exchange.content(content.content());
        } else {
            content.release();
        }
        if (last && exchange != null) {
            exchange.contentEnd();
        } else if (last && state == State.SKIPPING) {
            await();
        }
    }

    /** What a client says whose protocol was switched. */
    private void passOn(ByteBuf bytes) {
        if (exchange != null) {
            exchange.content(bytes);
        } else {
            bytes.release();
        }
    }

    // ---- how it goes on, and ends

    private void await() {
        state = State.AWAITING;
        headBegun = false;
        deadline.in(idle());
        if (upgradeAsked) {
            upgradeAsked = false;
            holding = false;
            decoder().readOn();
        }
        resume();
    }

    private void expired() {
        if (state == State.AWAITING && headBegun) {
            ProxyError error = ProxyError.clientTimeout("request head: not complete within "
                    + DurationText.of(timeouts().requestHead()));
            HttpRequest unknown = RequestDecoder.placeholder();
            oneIsUnderWay();
            refuse(new Http1Stream(channel, this, unknown, "/"), Asked.unknown(client.address()), error);
        } else if (state == State.AWAITING && parting) {
            close();
        } else {
            if (state == State.SKIPPING) {
                ProxyError error = ProxyError.clientTimeout("request body: its answered request not complete within "
                        + DurationText.of(timeouts().requestBody()));
                scope.shared().brokeOff(client, error.code(), error.message());
            }
            Ending.orderly(channel);
        }
    }

    private void refuse(Http1Stream stream, Asked asked, ProxyError error) {
        scope.shared().refused(client, error);
        Refusals.tell(scope, asked, error);
        stream.refuse(error);
    }

    /** Closes once the client took what was written, if it does; when it is still sending, its side stays open for a while. */
    private void close() {
        boolean sending = !requestComplete || !held.isEmpty();
        state = State.CLOSING;
        releaseHeld();
        decoder().passOn();
        updateReading();
        deadline.in(timeouts().idle());
        ChannelFuture written = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        if (sending) {
            written.addListener(done -> {
                deadline.in(Ending.LINGER);
                Ending.halfway(channel);
            });
        } else {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void updateReading() {
        boolean on = state == State.CLOSING || (wanted && !holding && held.size() < MAX_HELD);
        if (channel.config().isAutoRead() != on) {
            channel.config().setAutoRead(on);
        }
    }

    private RequestDecoder decoder() {
        return channel.pipeline().get(RequestDecoder.class);
    }

    private void releaseHeld() {
        for (Object message = held.poll(); message != null; message = held.poll()) {
            ReferenceCountUtil.release(message);
        }
    }

    private void count(ConnectionState state, int delta) {
        scope.shared().observer().connection(Side.CLIENT, state, delta);
    }

    /** How long the client may keep silent between two requests. */
    private Duration idle() {
        Duration idle = timeouts().idle();
        return parting && idle.compareTo(PARTING) > 0 ? PARTING : idle;
    }

    private Timeouts.Client timeouts() {
        return generations.get().config().defaults().timeouts().client();
    }
}
