// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import dev.homing.config.UpstreamRules;
import dev.homing.loop.Exhaustion;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.AddressResolverGroup;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One request on a connection of its own. A pooled connection would prove less: that an old one still stands, not that the backend takes
 * new ones. Whatever the backend does, it ends within the target's timeout and reads no more of a body than it was told to.
 */
public final class HttpFetch {

    private static final int LINE_LIMIT = 4 * 1024;
    private static final int HEADER_LIMIT = 16 * 1024;
    private static final int CHUNK_LIMIT = 8 * 1024;

    private final EventLoopGroup loops;
    private final ChannelFactory<? extends Channel> channels;
    private final AddressResolverGroup<?> names;
    private final Function<UpstreamRules.Tls, SslContext> tls;
    private final String userAgent;

    /**
     * It owns none of what it is given.
     *
     * @param channels a transport that goes with {@code loops}
     * @param names must not block the loops
     * @param tls asked for https backends only; what it throws is why there is no answer
     * @param userAgent such as {@code homing/1.0}
     */
    public HttpFetch(
            EventLoopGroup loops,
            ChannelFactory<? extends Channel> channels,
            AddressResolverGroup<?> names,
            Function<UpstreamRules.Tls, SslContext> tls,
            String userAgent) {
        this.loops = loops;
        this.channels = channels;
        this.names = names;
        this.tls = tls;
        this.userAgent = userAgent;
    }

    /**
     * Asks for the target's path.
     *
     * @param bodyLimit bytes of a body that are read before the connection is closed; the status stands all the same
     * @return never fails and ends within the target's timeout, on any thread
     */
    public CompletionStage<Fetched> get(BackendTarget target, int bodyLimit) {
        return send(target, HttpMethod.GET, Unpooled.EMPTY_BUFFER, bodyLimit);
    }

    /** Sends a JSON document to the target's path, in the same manner. */
    public CompletionStage<Fetched> post(BackendTarget target, String json, int bodyLimit) {
        return send(target, HttpMethod.POST, Unpooled.copiedBuffer(json, StandardCharsets.UTF_8), bodyLimit);
    }

    private CompletionStage<Fetched> send(BackendTarget target, HttpMethod method, ByteBuf content, int bodyLimit) {
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, "/", content);
        try {
            address(request, target);
            SslContext ssl = target.https() ? tls.apply(target.tls()) : null;
            return connect(target, ssl, new FetchHandler(request, bodyLimit));
        } catch (RuntimeException e) {
            // a PEM file that cannot be read, a header that HTTP forbids, loops that are shut down
            return CompletableFuture.completedStage(new Fetched.Nothing(new ProbeResult.Failed(reason(e))));
        }
    }

    private CompletionStage<Fetched> connect(BackendTarget target, @Nullable SslContext ssl, FetchHandler answer) {
        EventLoop loop = loops.next();
        Future<?> limit = loop.schedule(
                () -> answer.miss(new ProbeResult.TimedOut(target.timeout())),
                target.timeout().toNanos(),
                TimeUnit.NANOSECONDS);
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .resolver(names)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (ssl != null) {
                            channel.pipeline().addLast(verifying(ssl, channel, target));
                        }
                        channel.pipeline()
                                .addLast(new HttpClientCodec(LINE_LIMIT, HEADER_LIMIT, CHUNK_LIMIT))
                                .addLast(answer);
                    }
                })
                .connect(target.address());
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                answer.miss(unconnected(target, done.cause()));
            }
        });
        answer.result().whenComplete((ended, never) -> {
            limit.cancel(false);
            if (connecting.channel().isOpen()) { // not one for which there was no file
                connecting.channel().close();
            }
        });
        return answer.result();
    }

    private void address(FullHttpRequest request, BackendTarget target) {
        request.setUri(target.requestTarget());
        request.headers()
                .set(HttpHeaderNames.HOST, target.authority())
                .set(HttpHeaderNames.USER_AGENT, userAgent)
                .set(HttpHeaderNames.ACCEPT, "*/*")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (request.content().isReadable()) {
            request.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                    .set(HttpHeaderNames.CONTENT_LENGTH, request.content().readableBytes());
        }
        if (target.authorization() != null) {
            request.headers()
                    .set(HttpHeaderNames.AUTHORIZATION, target.authorization().value());
        }
        target.headers().forEach((name, value) -> request.headers().set(name, value.value()));
    }

    private static SslHandler verifying(SslContext ssl, Channel channel, BackendTarget target) {
        SslHandler handler = ssl.newHandler(channel.alloc(), target.host(), target.port());
        var parameters = handler.engine().getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        handler.engine().setSSLParameters(parameters);
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    private static ProbeResult unconnected(BackendTarget target, Throwable cause) {
        if (Exhaustion.isCauseOf(cause)) {
            return new ProbeResult.Unsent(reason(cause));
        }
        if (cause instanceof UnknownHostException) {
            return new ProbeResult.Failed("cannot resolve " + target.host());
        }
        if (cause instanceof ConnectException && refused(cause)) {
            return new ProbeResult.Refused(target.host() + ":" + target.port());
        }
        return new ProbeResult.Failed(reason(cause));
    }

    /**
     * The native transports throw ConnectException also when homing itself is out of ports, which must not take every backend out at once;
     * the JDK's own one means a refusal, in the system's language.
     */
    private static boolean refused(Throwable cause) {
        return String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).contains("refused")
                || (cause.getCause() != null && cause.getCause().getClass() == ConnectException.class);
    }

    /** What the cause of all says; some of it may be what a server has sent. */
    static String reason(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : PlainText.of(root.getMessage());
    }
}
