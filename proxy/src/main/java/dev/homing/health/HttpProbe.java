// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import dev.homing.config.UpstreamRules;
import dev.homing.loop.Exhaustion;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
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
 * One {@code GET} on a connection of its own. A pooled connection would prove less: that an old one still stands, not that the backend takes
 * new ones. Whatever the backend does, a probe ends within its timeout and reads at most {@link #BODY_LIMIT} of a body.
 */
public final class HttpProbe implements Probe {

    /** Bytes of a body that are read before the connection is closed; the status stands all the same. */
    static final int BODY_LIMIT = 64 * 1024;

    /** The same of metrics: several times what a vLLM has. */
    static final int METRICS_LIMIT = 1024 * 1024;
    /** The same of properties, which have the model's chat template in them. */
    static final int PROPS_LIMIT = 1024 * 1024;

    private static final int LINE_LIMIT = 4 * 1024;
    private static final int HEADER_LIMIT = 16 * 1024;
    private static final int CHUNK_LIMIT = 8 * 1024;

    private final EventLoopGroup loops;
    private final ChannelFactory<? extends Channel> channels;
    private final AddressResolverGroup<?> names;
    private final Function<UpstreamRules.Tls, SslContext> tls;
    private final String userAgent;

    /**
     * A probe over these loops; it owns none of what it is given.
     *
     * @param channels a transport that goes with {@code loops}
     * @param names must not block the loops
     * @param tls asked for https backends only; what it throws fails the probe
     * @param userAgent such as {@code homing/1.0}
     */
    public HttpProbe(
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

    @Override
    public CompletionStage<ProbeResult> probe(BackendTarget target) {
        return get(
                target,
                BODY_LIMIT,
                page -> new ProbeResult.Answered(page.status(), LoadingModel.told(page.status(), page.body())),
                failure -> failure);
    }

    @Override
    public CompletionStage<StartTime> startTime(BackendTarget target) {
        return get(
                target.at(StartTime.PATH),
                METRICS_LIMIT,
                page -> StartTime.of(page.status(), page.startTime(), page.body()),
                failure -> new StartTime.NoAnswer());
    }

    @Override
    public CompletionStage<SlotCount> slots(BackendTarget target) {
        return get(
                target.at(SlotCount.PATH),
                PROPS_LIMIT,
                page -> SlotCount.of(page.status(), page.body()),
                failure -> new SlotCount.NoAnswer(failure.text()));
    }

    /**
     * An answer.
     *
     * @param startTime the header of that name
     * @param body its beginning, with chars for bytes
     */
    private record Page(int status, @Nullable String startTime, CharSequence body) {}

    /** One that never fails and ends within the target's timeout: in an answer, or in what came instead. */
    private <T> CompletionStage<T> get(
            BackendTarget target, int bodyLimit, Function<Page, T> answered, Function<ProbeResult, T> otherwise) {
        CompletableFuture<T> result = new CompletableFuture<>();
        CompletableFuture<Page> page = new CompletableFuture<>();
        CompletableFuture<ProbeResult> failure = new CompletableFuture<>();
        page.thenAccept(seen -> result.complete(answered.apply(seen)));
        failure.thenAccept(seen -> result.complete(otherwise.apply(seen)));
        try {
            send(
                    target,
                    target.https() ? tls.apply(target.tls()) : null,
                    new Answer(request(target), bodyLimit, page, failure),
                    result);
        } catch (RuntimeException e) {
            // a PEM file that cannot be read, a header that HTTP forbids, loops that are shut down
            failure.complete(new ProbeResult.Failed(reason(e)));
        }
        return result;
    }

    private void send(BackendTarget target, @Nullable SslContext ssl, Answer answer, CompletableFuture<?> result) {
        EventLoop loop = loops.next();
        Future<?> limit = loop.schedule(
                () -> answer.failure.complete(new ProbeResult.TimedOut(target.timeout())),
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
                answer.failure.complete(unconnected(target, done.cause()));
            }
        });
        result.whenComplete((ended, never) -> {
            limit.cancel(false);
            connecting.channel().close();
        });
    }

    private FullHttpRequest request(BackendTarget target) {
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.GET, target.requestTarget(), Unpooled.EMPTY_BUFFER);
        request.headers()
                .set(HttpHeaderNames.HOST, target.authority())
                .set(HttpHeaderNames.USER_AGENT, userAgent)
                .set(HttpHeaderNames.ACCEPT, "*/*")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (target.authorization() != null) {
            request.headers()
                    .set(HttpHeaderNames.AUTHORIZATION, target.authorization().value());
        }
        target.headers().forEach((name, value) -> request.headers().set(name, value.value()));
        return request;
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

    private static String reason(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    /** Sends the request and reads the answer of one connection. */
    private static final class Answer extends SimpleChannelInboundHandler<HttpObject> {

        private final FullHttpRequest request;
        private final int bodyLimit;
        private final CompletableFuture<Page> page;
        private final CompletableFuture<ProbeResult> failure;
        private final StringBuilder body = new StringBuilder();
        private int status;
        private @Nullable String startTime;

        Answer(
                FullHttpRequest request,
                int bodyLimit,
                CompletableFuture<Page> page,
                CompletableFuture<ProbeResult> failure) {
            this.request = request;
            this.bodyLimit = bodyLimit;
            this.page = page;
            this.failure = failure;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(request);
            ctx.fireChannelActive();
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject part) {
            if (part.decoderResult().isFailure()) {
                fail("the answer is not HTTP: " + reason(part.decoderResult().cause()));
                return;
            }
            if (part instanceof HttpResponse head) {
                // interim answers, RFC 9110 section 15.2: the real one follows
                status = interim(head.status().code()) ? 0 : head.status().code();
                startTime = head.headers().get(StartTime.HEADER);
            }
            if (part instanceof HttpContent content && status != 0) {
                body.append(content.content().toString(StandardCharsets.ISO_8859_1));
                if (body.length() >= bodyLimit || part instanceof LastHttpContent) {
                    page.complete(new Page(status, startTime, body));
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(status == 0 ? "closed before an answer" : "closed within the answer");
            ctx.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fail(reason(cause));
        }

        private void fail(String reason) {
            failure.complete(new ProbeResult.Failed(reason));
        }

        private static boolean interim(int code) {
            return code >= 100 && code <= 199 && code != 101;
        }
    }
}
