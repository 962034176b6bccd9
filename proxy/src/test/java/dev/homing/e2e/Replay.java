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

/**
 * A recorded load in front of demo replicas, {@link #FASTER} times as fast: prompts are made of the record's blocks, so that they share prefixes
 * exactly as the real ones did. A block of 1,024 tokens becomes one of 64, and speeds and caches are scaled alike.
 */
final class Replay {

    static final Duration LENGTH = Duration.ofMinutes(5);
    static final int FASTER = 40;
    static final int REPLICAS = 4;

    private static final int SMALLER = 16;
    private static final int BLOCK_BYTES = 1_024 / SMALLER * 4;
    private static final int MOST_OUTPUT = 48;
    private static final long LIMIT_SECONDS = 60;

    /** Of the choice which proxy a request comes in by. */
    private static final long SEED = 4;

    private Replay() {}

    /**
     * What came of it.
     *
     * @param cachedShare of all prompt tokens, those that replicas had in their caches
     * @param sessionsOnTwo sessions that more than one replica saw
     */
    record Figures(double cachedShare, double meanFirstTokenMillis, long sessionsOnTwo) {}

    /**
     * Through so many proxies of one configuration, each request through any of them.
     *
     * @param config beside the backends
     */
    static Figures through(int proxies, RecordedLoad load, String config) throws Exception {
        List<RunningHoming> running = new ArrayList<>();
        try (Replicas replicas = Replicas.start(REPLICAS, scaled())) {
            for (int i = 0; i < proxies; i++) {
                running.add(RunningHoming.start(replicas.yaml(config)));
            }
            Queue<Chat.Told> answers = new ConcurrentLinkedQueue<>();
            run(load, running.stream().map(one -> new Chat(one.clients())).toList(), answers);
            assertThat(answers).hasSameSizeAs(load.requests());
            assertThat(answers).extracting(Chat.Told::problem).containsOnly("");
            return figures(
                    replicas,
                    running.stream()
                            .map(one -> new Operator(one.operators()).metrics())
                            .toList());
        } finally {
            running.forEach(RunningHoming::close);
        }
    }

    /** Each session one request after the other, none before its time. */
    private static void run(RecordedLoad load, List<Chat> proxies, Queue<Chat.Told> answers) throws Exception {
        Random entries = new Random(SEED);
        long start = System.nanoTime();
        Map<String, CompletableFuture<Void>> sessions = new LinkedHashMap<>();
        for (RecordedLoad.Request turn : load.requests()) {
            Chat entry = proxies.get(entries.nextInt(proxies.size()));
            CompletableFuture<Void> before =
                    sessions.getOrDefault(turn.session(), CompletableFuture.completedFuture(null));
            sessions.put(
                    turn.session(),
                    before.thenCompose(done -> at(start, turn))
                            .thenCompose(now -> entry.ask(question(turn)))
                            .thenAccept(answers::add));
        }
        CompletableFuture.allOf(sessions.values().toArray(CompletableFuture[]::new))
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private static Figures figures(Replicas replicas, List<Scrape> metrics) {
        long cached = count(metrics, "homing_prompt_tokens_total", "cached=true");
        long read = count(metrics, "homing_prompt_tokens_total", "cached=false");
        assertThat(cached).isEqualTo(replicas.sum(stats -> stats.tokens().cached()));
        assertThat(cached + read).isEqualTo(replicas.sum(stats -> stats.tokens().prompt()));
        double seconds = metrics.stream()
                .mapToDouble(one -> one.sum("homing_time_to_first_token_seconds_sum"))
                .sum();
        long firsts = count(metrics, "homing_time_to_first_token_seconds_count");
        long onTwo = replicas.stats().stream()
                .flatMap(stats -> stats.sessions().keySet().stream())
                .distinct()
                .filter(session -> replicas.homes(session).size() > 1)
                .count();
        return new Figures((double) cached / (cached + read), 1_000 * seconds / firsts, onTwo);
    }

    private static long count(List<Scrape> metrics, String name, String... labels) {
        return metrics.stream().mapToLong(one -> one.count(name, labels)).sum();
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
