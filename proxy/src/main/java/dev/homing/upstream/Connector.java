// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import dev.homing.loop.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;

/** Opens connections to backends on a given event loop. Immutable, shared by all loops. */
public final class Connector {

    /** Bound of a response's head. llama-server's and vLLM's are below 1 KiB. */
    private static final int RESPONSE_HEAD_BYTES = 64 * 1024;

    private final Transport transport;
    private final AddressResolverGroup<InetSocketAddress> resolver;

    /** @param resolver looks names up without blocking the loop */
    public Connector(Transport transport, AddressResolverGroup<InetSocketAddress> resolver) {
        this.transport = transport;
        this.resolver = resolver;
    }

    /** Begins to connect; the pipeline ends in the decoder of responses and {@link Unleased}, which the caller replaces with its own handler. */
    ChannelFuture connect(EventLoop loop, Endpoint endpoint) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(transport.channels().socket())
                .resolver(resolver)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                // A connect has the exchange's own deadline.
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                .remoteAddress(endpoint.address())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        initialise(channel.pipeline(), endpoint);
                    }
                });
        transport.options().forEach((option, value) -> set(bootstrap, option, value));
        return bootstrap.connect();
    }

    /** Lets acknowledgements of what this connection receives wait for more of it, where the transport can: RFC 9293 section 3.8.6.3. */
    void delayAcks(Channel channel) {
        ChannelOption<Boolean> quickAck = transport.quickAck();
        if (quickAck != null) {
            channel.config().setOption(quickAck, false);
        }
    }

    private static void initialise(ChannelPipeline pipeline, Endpoint endpoint) {
        if (endpoint.tls() != null) {
            InetSocketAddress address = endpoint.address();
            SslHandler tls =
                    endpoint.tls().newHandler(pipeline.channel().alloc(), address.getHostString(), address.getPort());
            pipeline.addLast(tls);
        }
        pipeline.addLast(new ResponseDecoder(RESPONSE_HEAD_BYTES), new Unleased());
    }

    @SuppressWarnings("unchecked")
    private static <T> void set(Bootstrap bootstrap, ChannelOption<T> option, Object value) {
        bootstrap.option(option, (T) value);
    }

    /** Stands at the end until there is somebody to tell: what breaks by then, a handshake for example, ends the connection and no more. */
    static final class Unleased extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            ReferenceCountUtil.release(msg);
            ctx.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
