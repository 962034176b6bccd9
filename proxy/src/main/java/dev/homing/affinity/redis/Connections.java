// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

/**
 * The two connections to a Redis: one to ask by, one to be told by.
 *
 * @param asking of either kind, cluster or not
 */
record Connections(
        StatefulConnection<String, String> asking,
        RedisClusterAsyncCommands<String, String> commands,
        StatefulRedisPubSubConnection<String, String> telling) {

    static Connections of(
            StatefulRedisConnection<String, String> asking, StatefulRedisPubSubConnection<String, String> telling) {
        return new Connections(asking, asking.async(), telling);
    }

    static Connections of(
            StatefulRedisClusterConnection<String, String> asking,
            StatefulRedisPubSubConnection<String, String> telling) {
        return new Connections(asking, asking.async(), telling);
    }

    void close() {
        asking.closeAsync();
        telling.closeAsync();
    }
}
