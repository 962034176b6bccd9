// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Clients without a session that ask one question after the other until they are told to stop, or the proxy is gone. */
final class Passers {

    private final Chat chat;
    private final Queue<Chat.Told> told = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopped = new AtomicBoolean();

    Passers(Chat chat) {
        this.chat = chat;
    }

    /** So many at once; done when all have their last answer after {@link #stop}. */
    CompletableFuture<Void> run(int count, int firstTokens, int tokens) {
        CompletableFuture<?>[] all = new CompletableFuture<?>[count];
        for (int i = 0; i < count; i++) {
            String text = "Passer " + i + " asks:" + " dolor sit amet".repeat(8);
            all[i] = one(text, firstTokens).thenCompose(first -> more(first, text, tokens));
        }
        return CompletableFuture.allOf(all);
    }

    void stop() {
        stopped.set(true);
    }

    List<Chat.Told> answers() {
        return told.stream().filter(answer -> !answer.failed()).toList();
    }

    List<Chat.Told> failures() {
        return told.stream().filter(Chat.Told::failed).toList();
    }

    private CompletableFuture<Void> more(Chat.Told last, String text, int tokens) {
        return stopped.get() || last.unanswered()
                ? CompletableFuture.completedFuture(null)
                : one(text, tokens).thenComposeAsync(answer -> more(answer, text, tokens));
    }

    private CompletableFuture<Chat.Told> one(String text, int tokens) {
        return chat.ask(Chat.Question.alone(text, tokens)).whenComplete((answer, never) -> told.add(answer));
    }
}
