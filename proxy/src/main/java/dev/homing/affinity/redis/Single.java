// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import dev.homing.affinity.SharedTable.Fault;
import dev.homing.affinity.SharedTable.Pulse;
import dev.homing.affinity.SharedTable.Said;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One server, or the master that Sentinels name. */
record Single(StatefulRedisConnection<String, String> asking, StatefulRedisPubSubConnection<String, String> telling)
        implements Connected {

    @Override
    public CompletionStage<Said> ask(Question question) {
        return question.put(asking.async());
    }

    /** A proxy that does not hear what others do asks nothing either: whatever closed that connection has most likely closed both. */
    @Override
    public CompletionStage<Pulse> beat(Names names, String offered) {
        return ask(Scripts.beat(names.mark(), offered)).thenApply(said -> {
            Fault fault = said.fault() == null && !telling.isOpen() ? Faults.NOT_CONNECTED : said.fault();
            return fault == null ? new Pulse(String.valueOf(said.before()), null) : new Pulse("", fault);
        });
    }

    @Override
    public CompletionStage<Boolean> hears() {
        return CompletableFuture.completedFuture(telling.isOpen());
    }

    @Override
    public void publish(String channel, String message) {
        asking.async().publish(channel, message);
    }

    @Override
    public void close() {
        asking.closeAsync();
        telling.closeAsync();
    }
}
