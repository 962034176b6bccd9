// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.config.HomingConfig;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import dev.homing.routing.SessionKey;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A process without a proxy: one backend {@code gpu-0} in pool {@code chat}, and what a test adds; remembers what it was asked. */
final class FakeOperations implements Operations {

    volatile @Nullable String notReady;
    volatile List<String> reloadErrors = List.of();
    volatile CompletableFuture<Void> held = CompletableFuture.completedFuture(null);
    final List<String> asked = new ArrayList<>();
    final List<String> pools = new ArrayList<>(List.of("chat"));
    final List<BackendStatus> backends = new ArrayList<>(List.of(backend("chat", "gpu-0", BackendState.READY)));

    static BackendStatus backend(String pool, String id, BackendState state) {
        return new BackendStatus(
                new BackendStatus.Identity(pool, id, URI.create("http://127.0.0.1:9101"), 1.5),
                new BackendStatus.Condition(state, true, Instant.parse("2026-01-02T03:04:05Z"), null),
                new BackendStatus.Load(1, 8, 2, 3, 4),
                new BackendStatus.Tokens(100, 60));
    }

    @Override
    public @Nullable String notReady() {
        return notReady;
    }

    @Override
    public List<String> pools() {
        return List.copyOf(pools);
    }

    @Override
    public long waitingForAny(String pool) {
        return 5;
    }

    @Override
    public List<BackendStatus> backends() {
        return List.copyOf(backends);
    }

    @Override
    public CompletionStage<Reply<BackendStatus>> setState(
            String pool, String id, BackendState state, @Nullable Duration deadline) {
        asked.add(pool + "/" + id + " " + state + " " + deadline);
        return held.thenApply(ready -> Reply.done(backend(pool, id, state)));
    }

    @Override
    public CompletionStage<List<SessionStatus>> sessions(SessionFilter filter) {
        asked.add(filter.toString());
        return CompletableFuture.completedStage(
                List.of(new SessionStatus("00000000000000ff", "chat", "gpu-0", 2, 3_600)));
    }

    /** There is one session, {@code ff} in pool {@code chat}. */
    @Override
    public CompletionStage<Boolean> forget(@Nullable String pool, SessionKey session) {
        asked.add("forget " + pool + "/" + session.hex());
        return CompletableFuture.completedFuture(session.hash() == 0xff && (pool == null || pool.equals("chat")));
    }

    @Override
    public CompletionStage<Reply<Explanation>> explain(String pool, SessionQuery session) {
        asked.add(pool + " "
                + (session instanceof SessionQuery.ById id ? new String(id.value(), StandardCharsets.UTF_8) : session));
        return CompletableFuture.completedStage(Reply.done(new Explanation(
                new Explanation.Session(pool, "00000000000000ff", null, null),
                new Explanation.Verdict(Decision.PLACED, "gpu-0", "first request of this session"),
                new Explanation.Load("load_aware", 16_384L, 12.5),
                List.of(new Explanation.Candidate(
                        "gpu-0", 1.25, new Explanation.Condition(1.5, BackendState.READY, true), 4, null)))));
    }

    @Override
    public HomingConfig config() {
        return SampleConfig.config();
    }

    @Override
    public CompletionStage<Reply<HandedTable>> beginTakeover() {
        asked.add("beginTakeover");
        return CompletableFuture.completedFuture(Reply.done(HandedTable.of(new byte[] {1, 2, 3})));
    }

    @Override
    public CompletionStage<Reply<HandedTable>> finishTakeover() {
        asked.add("finishTakeover");
        return CompletableFuture.completedFuture(Reply.refused(Reply.Reason.CONFLICT, "not now"));
    }

    @Override
    public CompletionStage<List<String>> reload() {
        asked.add("reload");
        return CompletableFuture.supplyAsync(() -> reloadErrors);
    }
}
