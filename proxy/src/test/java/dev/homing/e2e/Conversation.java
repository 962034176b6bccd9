// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A session that sends its turns one after the other, all its history with each, and repeats a turn that failed, as a person would. */
final class Conversation {

    /** Repetitions that a turn may need in a test: the first is cut, the second meets a backend that is dying. */
    private static final int TRIES = 3;

    private final Chat chat;
    private final String session;
    private final Queue<Chat.Told> failures = new ConcurrentLinkedQueue<>();
    private final Queue<Chat.Told> answers = new ConcurrentLinkedQueue<>();
    private volatile List<String> history = List.of();

    Conversation(Chat chat, String session) {
        this.chat = chat;
        this.session = session;
    }

    String session() {
        return session;
    }

    List<Chat.Told> failures() {
        return List.copyOf(failures);
    }

    List<Chat.Told> answers() {
        return List.copyOf(answers);
    }

    /** Answers that came from one backend. */
    long answersOf(String backend) {
        return answers.stream().filter(told -> told.backend().equals(backend)).count();
    }

    /** Done after so many turns; one that failed every time is left out of the history. */
    CompletableFuture<Void> turns(int count, int maxTokens) {
        return count == 0
                ? CompletableFuture.completedFuture(null)
                : turn(maxTokens, TRIES).thenCompose(told -> turns(count - 1, maxTokens));
    }

    private CompletableFuture<Void> turn(int maxTokens, int tries) {
        String text = "Turn " + answers.size() + " of " + session + ":" + " lorem ipsum".repeat(20);
        return chat.ask(new Chat.Question(session, history, text, maxTokens)).thenCompose(told -> {
            if (!told.failed()) {
                answers.add(told);
                remember(told);
                return CompletableFuture.completedFuture(null);
            }
            failures.add(told);
            return tries == 1 ? CompletableFuture.completedFuture(null) : turn(maxTokens, tries - 1);
        });
    }

    private void remember(Chat.Told told) {
        List<String> longer = new ArrayList<>(history);
        longer.addAll(List.of("user", told.said(), "assistant", told.text()));
        history = List.copyOf(longer);
    }
}
