// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import dev.homing.affinity.SharedTable.Said;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One script, to be run once.
 *
 * @param patience how long to wait for what it returns
 * @param script one of {@link Scripts}
 * @param key the one that it touches
 */
record Question(Duration patience, String script, String key, List<String> arguments) {

    private static final String[] NO_ARGUMENTS = {};

    Question {
        arguments = List.copyOf(arguments);
    }

    /** Never fails: what goes wrong is a fault. */
    CompletionStage<Said> put(RedisScriptingAsyncCommands<String, String> commands) {
        CompletionStage<@Nullable String> answer;
        try {
            answer = commands.eval(script, ScriptOutputType.VALUE, new String[] {key}, arguments.toArray(NO_ARGUMENTS));
        } catch (RedisException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.toCompletableFuture()
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .handle((before, failure) -> failure == null ? Said.before(before) : Said.nothing(Faults.of(failure)));
    }
}
