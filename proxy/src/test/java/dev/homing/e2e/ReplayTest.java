// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Five minutes of real coding agents through the proxy, 40 times as fast: prompts are made of the record's blocks, so that they share
 * prefixes exactly as the real ones did. A block of 1,024 tokens becomes one of 64, and speeds and caches are scaled alike.
 */
@Tag("long")
class ReplayTest {

    private static final Duration LENGTH = Duration.ofMinutes(5);
    private static final int FASTER = 40;
    private static final int SMALLER = 16;
    private static final int BLOCK_BYTES = 1_024 / SMALLER * 4;
    private static final int REPLICAS = 4;
    private static final int MOST_OUTPUT = 48;
    private static final long LIMIT_SECONDS = 60;

    @Test
    void affinityKeepsNearlyAllOfTheCachedShareThatIsPossible() throws Exception {
        RecordedLoad load = RecordedLoad.first(LENGTH);
        double possible = load.possibleShare();
        Figures scattered = replay(load, "affinity: {headers: []}");
        Figures home = replay(load, "");
        System.out.printf(
                "replay (%s): %d requests of %d sessions on %d replicas; cached share: possible %.3f, affinity %.3f,"
                        + " round robin %.3f; mean time to first token: affinity %.0f ms, round robin %.0f ms (%d times as fast)%n",
                load.source(),
                load.requests().size(),
                load.sessions(),
                REPLICAS,
                possible,
                home.cachedShare(),
                scattered.cachedShare(),
                home.meanFirstTokenMillis(),
                scattered.meanFirstTokenMillis(),
                FASTER);
        assertThat(home.sessionsOnTwo()).isZero();
        assertThat(home.cachedShare()).isGreaterThan(0.9 * possible).isLessThanOrEqualTo(possible + 0.001);
        assertThat(home.cachedShare()).isGreaterThan(scattered.cachedShare());
        assertThat(home.meanFirstTokenMillis()).isLessThan(scattered.meanFirstTokenMillis());
    }

    @Test
    void aLoadThatIsMadeUpIsTheSameForTheSameSeed() {
        RecordedLoad load = RecordedLoad.made(7, LENGTH);
        assertThat(load).isEqualTo(RecordedLoad.made(7, LENGTH)).isNotEqualTo(RecordedLoad.made(8, LENGTH));
        assertThat(load.requests()).hasSizeBetween(200, 1_500);
        assertThat(load.possibleShare()).isBetween(0.6, 0.99);
    }

    private record Figures(double cachedShare, double meanFirstTokenMillis, long sessionsOnTwo) {}

    private static Figures replay(RecordedLoad load, String config) throws Exception {
        try (Replicas replicas = Replicas.start(REPLICAS, scaled());
                RunningHoming homing = RunningHoming.start(replicas.yaml(config))) {
            Queue<Chat.Told> answers = new ConcurrentLinkedQueue<>();
            Chat chat = new Chat(homing.clients());
            Map<String, List<RecordedLoad.Request>> bySession = new LinkedHashMap<>();
            for (RecordedLoad.Request request : load.requests()) {
                bySession
                        .computeIfAbsent(request.session(), any -> new ArrayList<>())
                        .add(request);
            }
            long start = System.nanoTime();
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (List<RecordedLoad.Request> turns : bySession.values()) {
                CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
                for (RecordedLoad.Request turn : turns) {
                    done = done.thenCompose(before -> at(start, turn))
                            .thenCompose(now -> chat.ask(question(turn)))
                            .thenAccept(answers::add);
                }
                all.add(done);
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(LIMIT_SECONDS, TimeUnit.SECONDS);

            assertThat(answers).hasSameSizeAs(load.requests());
            assertThat(answers).extracting(Chat.Told::problem).containsOnly("");
            return figures(replicas, new Operator(homing.operators()).metrics());
        }
    }

    private static Figures figures(Replicas replicas, Scrape metrics) {
        long cached = metrics.count("homing_prompt_tokens_total", "cached=true");
        long read = metrics.count("homing_prompt_tokens_total", "cached=false");
        assertThat(cached).isEqualTo(replicas.sum(stats -> stats.tokens().cached()));
        assertThat(cached + read).isEqualTo(replicas.sum(stats -> stats.tokens().prompt()));
        double seconds = metrics.sum("homing_time_to_first_token_seconds_sum");
        long count = metrics.count("homing_time_to_first_token_seconds_count");
        long onTwo = replicas.stats().stream()
                .flatMap(stats -> stats.sessions().keySet().stream())
                .distinct()
                .filter(session -> replicas.homes(session).size() > 1)
                .count();
        return new Figures((double) cached / (cached + read), 1_000 * seconds / count, onTwo);
    }

    /** The design's simulated replica: 4M tokens of cache, 10,000 tokens/s of prefill and 50 of decode. */
    private static EngineSettings scaled() {
        return EngineSettings.vllm()
                .slots(64)
                .cacheTokens(4_000_000 / SMALLER)
                .prefill(10_000.0 / SMALLER * FASTER)
                .decode(50.0 / SMALLER * FASTER);
    }

    private static CompletableFuture<Void> at(long start, RecordedLoad.Request turn) {
        long left = start + TimeUnit.MILLISECONDS.toNanos(turn.atMillis() / FASTER) - System.nanoTime();
        return left <= 0
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(left, TimeUnit.NANOSECONDS));
    }

    private static Chat.Question question(RecordedLoad.Request turn) {
        StringBuilder prompt = new StringBuilder(turn.blocks().size() * BLOCK_BYTES);
        turn.blocks().forEach(block -> append(prompt, block));
        int answer = Math.max(1, Math.min(MOST_OUTPUT, turn.outputTokens() / SMALLER));
        return new Chat.Question(turn.session(), List.of(), prompt.toString(), answer);
    }

    /** The block's own text: the same whenever its id comes, and no other's. */
    private static void append(StringBuilder prompt, int block) {
        Random letters = new Random(block);
        String name = "#" + block + " ";
        prompt.append(name);
        for (int i = name.length(); i < BLOCK_BYTES; i++) {
            prompt.append((char) ('a' + letters.nextInt(26)));
        }
    }
}
