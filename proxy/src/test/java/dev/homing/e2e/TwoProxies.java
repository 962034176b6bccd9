// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Two proxies that share a table, in front of the same fast replicas. */
final class TwoProxies implements AutoCloseable {

    private static final int REPLICAS = 3;

    private final Replicas replicas;
    private final RunningHoming one;
    private final RunningHoming other;
    private final Chat a;
    private final Chat b;

    private TwoProxies(Replicas replicas, RunningHoming one, RunningHoming other) {
        this.replicas = replicas;
        this.one = one;
        this.other = other;
        this.a = new Chat(one.clients());
        this.b = new Chat(other.clients());
    }

    /** @param share the table's address */
    static TwoProxies start(String share) {
        return start(share, share);
    }

    /** The same of two that go by different addresses. */
    static TwoProxies start(String share, String others) {
        Replicas replicas = Replicas.start(REPLICAS, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER));
        return new TwoProxies(replicas, proxy(replicas, share), proxy(replicas, others));
    }

    private static RunningHoming proxy(Replicas replicas, String share) {
        return RunningHoming.start(replicas.yaml("affinity: {share: \"" + share + "\"}"));
    }

    Replicas replicas() {
        return replicas;
    }

    /** A client of either, by turns. */
    Chat chat(int turn) {
        return turn % 2 == 0 ? a : b;
    }

    Operator operator(int turn) {
        return new Operator((turn % 2 == 0 ? one : other).operators());
    }

    /** An answer that is no failure. */
    Chat.Told ask(int turn, String session) {
        Chat.Told told = send(turn, session).join();
        assertThat(told.problem()).isEmpty();
        return told;
    }

    CompletableFuture<Chat.Told> send(int turn, String session) {
        return chat(turn).ask(new Chat.Question(session, List.of(), "hello", 1));
    }

    /** Whether both say that the table is there. */
    boolean areUp() {
        return operator(0).metrics().count("homing_share_up") == 1
                && operator(1).metrics().count("homing_share_up") == 1;
    }

    @Override
    public void close() {
        other.close();
        one.close();
        replicas.close();
    }
}
