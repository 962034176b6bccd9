// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import io.lettuce.core.RedisURI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the Redis is.
 *
 * @param cluster whether {@code nodes} are some of a cluster's; else there is one, which may be a Sentinel's
 * @param ca certificates that its own has to lead to, null = the JVM's
 */
public record RedisPlace(
        boolean cluster, List<RedisURI> nodes, @Nullable Path ca) {

    public RedisPlace {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty() || (!cluster && nodes.size() > 1)) {
            throw new IllegalArgumentException("nodes: " + nodes.size() + " (expected: one, or more of a cluster)");
        }
    }
}
