// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** One run of a whole workload against one address; each conversation waits only for its own answers. */
final class Round {

    private final ChatClient client;
    private final Workload workload;
    private final String phase;
    private final Progress progress;
    private final List<Exchange> exchanges = new ArrayList<>();

    /**
     * One turn and what came of it.
     *
     * @param resentTokens of the prompt, what had been prompt or answer of this conversation before
     */
    record Exchange(ChatClient.Sample sample, long resentTokens) {}

    Round(InetSocketAddress address, Workload workload, String phase, Progress progress) {
        this.client = new ChatClient(address);
        this.workload = workload;
        this.phase = phase;
        this.progress = progress;
    }

    /** Blocks until every conversation is over; the first failed request is thrown. */
    List<Exchange> run() throws IOException, InterruptedException {
        progress.at(phase, 0, workload.requests());
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (Workload.Conversation conversation : workload.conversations()) {
            ArrayNode history = Json.array();
            history.add(Json.object("role", "system").put("content", conversation.system()));
            all.add(turn(conversation, 0, history, 0));
        }
        CompletableFuture<Void> whole = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
        all.forEach(one -> one.exceptionally(problem -> {
            whole.completeExceptionally(problem);
            throw new CompletionException(problem);
        }));
        try {
            whole.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() instanceof CompletionException inner ? inner.getCause() : e.getCause();
            throw new IOException("a request failed: " + cause, cause);
        }
        synchronized (exchanges) {
            return List.copyOf(exchanges);
        }
    }

    private CompletableFuture<Void> turn(Workload.Conversation of, int index, ArrayNode history, long resent) {
        if (index == of.turns().size()) {
            return CompletableFuture.completedFuture(null);
        }
        Workload.Turn turn = of.turns().get(index);
        return CompletableFuture.runAsync(() -> {}, after(turn.pause()))
                .thenCompose(paused -> {
                    history.add(Json.object("role", "user").put("content", turn.text()));
                    return client.send(of.sessionId(), history, turn.answerTokens());
                })
                .thenCompose(sample -> {
                    answered(new Exchange(sample, resent));
                    history.add(Json.object("role", "assistant").put("content", sample.text()));
                    return turn(of, index + 1, history, sample.promptTokens() + sample.answerTokens());
                });
    }

    private static Executor after(Duration pause) {
        return CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void answered(Exchange exchange) {
        synchronized (exchanges) {
            exchanges.add(exchange);
            progress.at(phase, exchanges.size(), workload.requests());
        }
    }
}
