// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import dev.homing.affinity.Binding;
import dev.homing.affinity.SharedTable.Pulse;
import dev.homing.affinity.SharedTable.Said;
import dev.homing.affinity.SharedTable.Wish;
import dev.homing.routing.SessionKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What a table says, waited for. */
final class Answers {

    private Answers() {}

    static Said bind(RedisTable table, SessionKey session, List<String> expected, Binding wanted, long ttlMillis) {
        return bind(table, new Wish(session, expected, wanted, ttlMillis, true));
    }

    static Said bind(RedisTable table, Wish wish) {
        return of(then -> table.bind(wish, then));
    }

    static Pulse beat(RedisTable table) {
        return of(table::beat);
    }

    static <T> T of(Consumer<Consumer<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        question.accept(answer::complete);
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
    }
}
