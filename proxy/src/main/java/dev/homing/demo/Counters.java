// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a replica counts for its metrics and its {@link EngineStats}. Confined to its event loop. */
final class Counters {

    private final Map<String, Long> sessions = new HashMap<>();
    long received;
    long answered;
    long refused;
    long connections;
    long reusedAfterClose;
    long promptTokens;
    long cachedTokens;
    long generatedTokens;
    long prefills;
    double prefillSeconds;
    double decodeSeconds;
    private long cancelledWaiting;
    private long cancelledPrefill;
    private long cancelledDecode;

    void received(@Nullable String session) {
        received++;
        if (session != null) {
            sessions.merge(session, 1L, Long::sum);
        }
    }

    void prompt(long tokens, long cached) {
        promptTokens += tokens;
        cachedTokens += cached;
    }

    void prefilled(double seconds) {
        prefills++;
        prefillSeconds += seconds;
    }

    void generated() {
        generatedTokens++;
    }

    void decoded(double seconds) {
        decodeSeconds += seconds;
    }

    void cancelled(Generation.Phase phase) {
        switch (phase) {
            case WAITING -> cancelledWaiting++;
            case PREFILL -> cancelledPrefill++;
            case DECODE -> cancelledDecode++;
            default ->
                throw new IllegalArgumentException(
                        "cancelled in phase: " + phase + " (expected: one that is not over)");
        }
    }

    long cancelled() {
        return cancelledWaiting + cancelledPrefill + cancelledDecode;
    }

    EngineStats snapshot(Engine engine) {
        EngineStats.Cancelled cancelled =
                new EngineStats.Cancelled(cancelledWaiting, cancelledPrefill, cancelledDecode);
        return new EngineStats(
                new EngineStats.Requests(received, answered, refused, cancelled),
                new EngineStats.Load(engine.active(), engine.waiting()),
                new EngineStats.Tokens(promptTokens, cachedTokens, generatedTokens),
                sessions,
                connections,
                reusedAfterClose);
    }
}
