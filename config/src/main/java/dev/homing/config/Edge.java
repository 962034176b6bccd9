// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules at the client's side, before any pool is chosen.
 *
 * @param trustedProxies CIDRs whose {@code X-Forwarded-*} are kept and extended
 * @param keys file of API keys, null = none asked for
 * @param denyPaths path prefixes answered with 404
 * @param responseHeaders whether clients are told {@code X-Homing-Backend} and {@code X-Homing-Decision}
 * @param ssePing period of comments in silent event streams, null = none
 */
public record Edge(
        List<Cidr> trustedProxies,
        @Nullable Path keys,
        List<String> denyPaths,
        boolean responseHeaders,
        @Nullable Duration ssePing) {

    public Edge {
        trustedProxies = List.copyOf(trustedProxies);
        denyPaths = List.copyOf(denyPaths);
    }
}
