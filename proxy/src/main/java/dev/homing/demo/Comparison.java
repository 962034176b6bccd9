// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The same conversations, routed in two ways.
 *
 * @param replica what every replica was
 */
public record Comparison(Demo.Size size, EngineSettings replica, Figures roundRobin, Figures affinity) {

    /** The p95 time to first token of affinity over round robin's; lower is better. */
    public double p95Ratio() {
        return (double) affinity.p95().toNanos() / roundRobin.p95().toNanos();
    }

    /** What people read. */
    public String table() {
        return settings() + "\n"
                + row("", "round robin", "affinity")
                + row("prompt tokens from cache", percent(roundRobin.cachedShare()), percent(affinity.cachedShare()))
                + row("time to first token p50", millis(roundRobin.p50()), millis(affinity.p50()))
                + row("time to first token p95", millis(roundRobin.p95()), millis(affinity.p95()))
                + row("sessions a replica", sessions(roundRobin), sessions(affinity))
                + String.format(
                        Locale.ROOT,
                        "%nWith affinity the slowest 1 in 20 answers starts in %.0f %% of the time that round robin takes.%n",
                        100 * p95Ratio());
    }

    private String settings() {
        EngineSettings.Capacity capacity = replica.capacity();
        return String.format(
                Locale.ROOT,
                """
                %d replicas, each like a llama-server at its defaults with an 8B model: %d slots,
                an 8 GiB prompt cache (%,d tokens of 128 KiB). Assumed of the GPU (about an RTX 3090): prefill
                %,.0f tokens/s, decode %.0f tokens/s a stream.
                %d sessions of %d turns: %d requests (seed %d). A turn adds 200 to 900 tokens to a
                system prompt of 1,000, 800 of them the same in every session. Each turn sends all that came before
                again: %.0f %% of all prompt tokens.
                """,
                size.replicas(),
                capacity.slots(),
                capacity.cacheTokens(),
                replica.speed().prefill(),
                replica.speed().decode(),
                size.sessions(),
                size.turns(),
                affinity.requests(),
                size.seed(),
                100 * affinity.resentShare());
    }

    private static String row(String what, String left, String right) {
        return String.format(Locale.ROOT, "%-26s%14s%14s%n", what, left, right);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private static String millis(Duration time) {
        return String.format(Locale.ROOT, "%,d ms", time.toMillis());
    }

    private static String sessions(Figures figures) {
        return figures.sessionsByReplica().stream().map(String::valueOf).collect(Collectors.joining("/"));
    }

    /** What programs read. */
    public String json() {
        ObjectNode whole = Json.object();
        ObjectNode workload = Json.object()
                .put("replicas", size.replicas())
                .put("sessions", size.sessions())
                .put("turns", size.turns())
                .put("seed", size.seed());
        whole.set("size", workload);
        ObjectNode each = Json.object()
                .put("slots", replica.capacity().slots())
                .put("cache_tokens", replica.capacity().cacheTokens())
                .put("prefill_tokens_per_second", replica.speed().prefill())
                .put("decode_tokens_per_second", replica.speed().decode());
        whole.set("replica", each);
        whole.set("round_robin", json(roundRobin));
        whole.set("affinity", json(affinity));
        return whole.put("p95_ratio", p95Ratio()).toString();
    }

    private static ObjectNode json(Figures figures) {
        ObjectNode json = Json.object()
                .put("requests", figures.requests())
                .put("cached_share", figures.cachedShare())
                .put("possible_share", figures.resentShare())
                .put("ttft_p50_ms", figures.p50().toNanos() / 1e6)
                .put("ttft_p95_ms", figures.p95().toNanos() / 1e6);
        json.set(
                "sessions_by_replica",
                figures.sessionsByReplica().stream()
                        .collect(Json::array, (array, n) -> array.add((int) n), (a, b) -> a.addAll(b)));
        return json;
    }
}
