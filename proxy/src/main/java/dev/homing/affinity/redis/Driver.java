// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lettuce, set up so that it can never hold the proxy up: threads of its own, nothing queued for a server that is not there, little queued for one that does
 * not answer, and an end to every question.
 */
final class Driver {

    /** What waits for an answer on one connection at most: a few hundred KiB. */
    static final int MOST_QUEUED = 4096;

    private static final int THREADS = 1;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** After that long without a sign of the other side a connection is given up. */
    private static final Duration SILENCE = Duration.ofSeconds(10);

    /** A cluster whose nodes do not answer, or send elsewhere, is asked that often at most who they are. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private static final Delay RECONNECT =
            Delay.fullJitter(Duration.ofMillis(50), Duration.ofSeconds(2), 2, TimeUnit.MILLISECONDS);

    private final RedisPlace place;
    private final ClientResources resources;
    private final AbstractRedisClient client;

    /** @throws IllegalArgumentException when what the place needs cannot be used, such as its certificates */
    Driver(RedisPlace place) {
        this.place = place;
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .threadFactoryProvider(pool -> new DefaultThreadFactory("homing-share-" + pool, true))
                .reconnectDelay(RECONNECT)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .build();
        this.client = place.cluster()
                ? cluster(resources, place)
                : single(resources, place.nodes().get(0), place.ca());
    }

    private static RedisClient single(ClientResources resources, RedisURI node, @Nullable Path ca) {
        RedisClient client = RedisClient.create(resources, node);
        client.setOptions(with(ClientOptions.builder(), ca).build());
        return client;
    }

    private static RedisClusterClient cluster(ClientResources resources, RedisPlace place) {
        RedisClusterClient client = RedisClusterClient.create(resources, place.nodes());
        ClusterClientOptions.Builder options = ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(Duration.ofMinutes(1))
                        .adaptiveRefreshTriggersTimeout(LOOK_AGAIN)
                        .build());
        with(options, place.ca());
        client.setOptions(options.build());
        return client;
    }

    private static ClientOptions.Builder with(ClientOptions.Builder options, @Nullable Path ca) {
        options.autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MOST_QUEUED)
                .timeoutOptions(TimeoutOptions.enabled(CONNECT_TIMEOUT))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(CONNECT_TIMEOUT)
                        .keepAlive(SocketOptions.KeepAliveOptions.builder()
                                .enable()
                                .idle(SILENCE.dividedBy(2))
                                .interval(SILENCE.dividedBy(10))
                                .count(5)
                                .build())
                        .tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder()
                                .enable()
                                .tcpUserTimeout(SILENCE)
                                .build())
                        .build());
        if (ca != null) {
            options.sslOptions(SslOptions.builder()
                    .jdkSslProvider()
                    .trustManager(ca.toFile())
                    .build());
        }
        return options;
    }

    /** Connects twice; both or neither. */
    CompletionStage<Connected> connect() {
        if (client instanceof RedisClusterClient cluster) {
            // Nothing that must not block connects before it is known of which nodes the cluster is.
            return cluster.refreshPartitionsAsync()
                    .thenCompose(known ->
                            both(cluster.connectAsync(StringCodec.UTF8), cluster.connectPubSubAsync(StringCodec.UTF8)))
                    .thenCompose(made -> Cluster.of(made.asking(), made.telling()));
        }
        RedisClient one = (RedisClient) client;
        RedisURI node = place.nodes().get(0);
        return both(one.connectAsync(StringCodec.UTF8, node), one.connectPubSubAsync(StringCodec.UTF8, node))
                .thenApply(made -> new Single(made.asking(), made.telling()));
    }

    private record Both<A, T>(A asking, T telling) {}

    private static <A extends StatefulConnection<?, ?>, T extends StatefulConnection<?, ?>>
            CompletionStage<Both<A, T>> both(CompletionStage<A> asking, CompletionStage<T> telling) {
        CompletableFuture<Both<A, T>> both = new CompletableFuture<>();
        asking.whenComplete((a, e1) -> telling.whenComplete((t, e2) -> {
            if (e1 == null && e2 == null) {
                both.complete(new Both<>(a, t));
                return;
            }
            if (a != null) {
                a.closeAsync();
            }
            if (t != null) {
                t.closeAsync();
            }
            both.completeExceptionally(e1 == null ? e2 : e1);
        }));
        return both;
    }

    void close() {
        client.shutdownAsync(0, 2, TimeUnit.SECONDS)
                .whenComplete((done, e) -> resources.shutdown(0, 2, TimeUnit.SECONDS));
    }
}
