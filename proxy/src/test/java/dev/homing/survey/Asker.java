// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

import dev.homing.config.UpstreamRules;
import dev.homing.health.BackendTarget;
import dev.homing.health.HttpFetch;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Somebody who asks over the network, as the command does. */
final class Asker implements AutoCloseable {

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final HttpFetch fetch;

    /** @param trusted of https servers; null = what the JDK trusts */
    Asker(@Nullable X509Certificate trusted) {
        fetch = new HttpFetch(
                loops,
                NioSocketChannel::new,
                DefaultAddressResolverGroup.INSTANCE,
                tls -> {
                    try {
                        SslContextBuilder builder = SslContextBuilder.forClient();
                        return (trusted == null ? builder : builder.trustManager(trusted)).build();
                    } catch (SSLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                "homing/test");
    }

    Survey survey(String url, Duration timeout) throws Exception {
        return new Surveyor(fetch)
                .survey(target(url, timeout))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    Survey survey(InetSocketAddress address) throws Exception {
        return survey("http://127.0.0.1:" + address.getPort(), Duration.ofSeconds(10));
    }

    Trial trial(InetSocketAddress address, Survey seen) throws Exception {
        return new Trials(fetch)
                .of(target("http://127.0.0.1:" + address.getPort(), Duration.ofSeconds(10)), seen)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private static BackendTarget target(String url, Duration timeout) {
        return new BackendTarget(
                new BackendTarget.Where(URI.create(url), null),
                "/health",
                Map.of(),
                null,
                new UpstreamRules.Tls(null, null, null),
                timeout);
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
