// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.affinity.redis.RedisPlace;
import dev.homing.config.Address;
import dev.homing.config.Secret;
import dev.homing.config.ShareAddress;
import dev.homing.config.ShareAddress.Access;
import dev.homing.config.ShareAddress.Kind;
import io.lettuce.core.RedisURI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The address of a fleet's table as the driver wants it. */
final class ShareUris {

    /** For making a connection, with all that is said before it can be used. */
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private static final String CLIENT = "homing";

    private ShareUris() {}

    /** @throws IllegalArgumentException when its file of certificates cannot be read, or has none */
    static RedisPlace place(ShareAddress share) {
        Path ca = share.access().ca();
        if (ca != null) {
            try {
                PemFile.read(ca).certificates();
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("affinity.share: " + e.getMessage(), e);
            }
        }
        List<RedisURI> nodes = switch (share.kind()) {
            case SINGLE -> List.of(node(share.nodes().get(0), share));
            case CLUSTER ->
                share.nodes().stream().map(node -> node(node, share)).toList();
            case SENTINEL -> List.of(sentinel(share));
        };
        return new RedisPlace(share.kind() == Kind.CLUSTER, nodes, ca);
    }

    private static RedisURI node(Address node, ShareAddress share) {
        return with(RedisURI.builder().withHost(node.host()).withPort(node.port()), share);
    }

    /** Sentinels are asked over TLS if the Redis is, and without a password. */
    private static RedisURI sentinel(ShareAddress share) {
        RedisURI.Builder uri = RedisURI.builder().withSentinelMasterId(Objects.requireNonNull(share.master()));
        for (Address node : share.nodes()) {
            uri.withSentinel(RedisURI.builder()
                    .withHost(node.host())
                    .withPort(node.port())
                    .withSsl(share.access().tls())
                    .withTimeout(CONNECT)
                    .build());
        }
        return with(uri, share);
    }

    private static RedisURI with(RedisURI.Builder uri, ShareAddress share) {
        Access access = share.access();
        Secret password = access.password();
        uri.withSsl(access.tls())
                .withDatabase(share.database())
                .withTimeout(CONNECT)
                .withClientName(CLIENT);
        if (password != null && access.user() != null) {
            uri.withAuthentication(access.user(), password.value().toCharArray());
        } else if (password != null) {
            uri.withPassword(password.value().toCharArray());
        }
        return uri.build();
    }
}
