// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import dev.homing.affinity.SharedTable.Pulse;
import dev.homing.affinity.SharedTable.Said;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletionStage;

/** A Redis that there are connections to: one to ask by, or one for each of its masters, and one to be told by. */
interface Connected {

    /** Asks whoever has the question's key. Never fails: what goes wrong is a fault. */
    CompletionStage<Said> ask(Question question);

    /** Asks for a sign of life, which leaves {@code offered} as a mark where there is none. Never fails either. */
    CompletionStage<Pulse> beat(Names names, String offered);

    /** Whether what others do is told over {@link #telling}. Never fails. */
    CompletionStage<Boolean> hears();

    /** Nobody is told whether it arrived. */
    void publish(String channel, String message);

    StatefulRedisPubSubConnection<String, String> telling();

    void close();
}
