// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;

/** Conversations that go on until they are told to end, or a turn fails: with the proxy gone they would fail for ever. */
final class Talks {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<Conversation> conversations = new ArrayList<>();
    private final List<CompletableFuture<Void>> running = new ArrayList<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final int tokens;

    /**
     * None of them has begun.
     *
     * @param name what their sessions' names begin with
     * @param tokens of each answer
     */
    Talks(Chat chat, String name, int count, int tokens) {
        this.tokens = tokens;
        for (int i = 0; i < count; i++) {
            conversations.add(new Conversation(chat, name + "-" + i));
        }
    }

    void begin() {
        conversations.forEach(conversation -> running.add(talk(conversation)));
    }

    private CompletableFuture<Void> talk(Conversation conversation) {
        return conversation
                .turns(1, tokens)
                .thenComposeAsync(
                        told -> ended.get() || !conversation.failures().isEmpty()
                                ? CompletableFuture.completedFuture(null)
                                : talk(conversation));
    }

    /** Waits until each has had so many answers more than now, or a failure. */
    void awaitTurns(int more) {
        Map<String, Integer> before = new HashMap<>();
        conversations.forEach(one -> before.put(one.session(), one.answers().size()));
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> conversations.stream()
                        .allMatch(one -> one.answers().size() >= before.get(one.session()) + more
                                || !one.failures().isEmpty()));
    }

    /** Each one's turn is its last; returns when all have had it. */
    void end() throws Exception {
        ended.set(true);
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** The backends that answered each session. */
    Map<String, Set<String>> homes() {
        Map<String, Set<String>> homes = new HashMap<>();
        conversations.forEach(one -> homes.put(
                one.session(),
                new HashSet<>(one.answers().stream().map(Chat.Told::backend).toList())));
        return homes;
    }

    Set<String> usedBackends() {
        Set<String> all = new HashSet<>();
        homes().values().forEach(all::addAll);
        return all;
    }

    List<Chat.Told> failures() {
        return conversations.stream().flatMap(one -> one.failures().stream()).toList();
    }
}
