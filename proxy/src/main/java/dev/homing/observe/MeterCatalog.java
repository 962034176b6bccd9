// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Every meter that homing has, once each: its name (Prometheus makes {@code homing_requests_total} of {@code homing.requests}), its labels
 * and what it tells. Labels come from closed sets: never a session or a path. {@code docs/metrics.md} lists the same.
 */
final class MeterCatalog {

    /** From 5 ms to 15 min: a cached prompt on a small model, and a long one behind others on a large one. */
    private static final Duration[] WAITS = durations(
            5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
            600_000, 900_000);

    /** From 1 ms to 10 s: a connection in the same rack, and one that needed its SYN again and again. */
    private static final Duration[] CONNECTS =
            durations(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000);

    /** Stands for the name of an API key where none is asked for; no key is called so. */
    static final String NO_KEY = "";

    private final MeterRegistry registry;

    MeterCatalog(MeterRegistry registry) {
        this.registry = registry;
    }

    Counter requests(String pool, String backend, Decision decision, StatusClass status) {
        return counter("homing.requests", "Requests that ended")
                .tags("pool", pool, "backend", backend, "decision", decision.label(), "status", status.label())
                .register(registry);
    }

    Counter decisions(String pool, Decision decision) {
        return counter("homing.affinity.decisions", "Requests routed, by why they went where they went")
                .tags("pool", pool, "decision", decision.label())
                .register(registry);
    }

    Counter sessionKeys(String pool, String source) {
        return counter("homing.session.key", "Requests routed, by what their session was read from")
                .tags("pool", pool, "source", source)
                .register(registry);
    }

    Counter moves(String pool, MoveReason reason) {
        return counter("homing.session.moves", "Sessions bound to another backend than before")
                .tags("pool", pool, "reason", reason.label())
                .register(registry);
    }

    Counter suspects(String pool) {
        return counter("homing.session.suspects", "Sessions that look like two conversations under one id")
                .tags("pool", pool)
                .register(registry);
    }

    /** @param key {@link #NO_KEY} where none is asked for: then there is no such label */
    Counter promptTokens(String pool, String backend, Decision decision, boolean cached, String key) {
        return counter("homing.prompt.tokens", "Prompt tokens, by whether the engine took them from its cache")
                .tags("pool", pool, "backend", backend, "decision", decision.label(), "cached", String.valueOf(cached))
                .tags(keyed(key))
                .register(registry);
    }

    /** @param key as above */
    Counter completionTokens(String pool, String backend, String key) {
        return counter("homing.completion.tokens", "Generated tokens")
                .tags("pool", pool, "backend", backend)
                .tags(keyed(key))
                .register(registry);
    }

    Counter usageMissing(String pool, String backend) {
        return counter("homing.usage.missing", "Answers that told no usage, or not how much of the prompt was cached")
                .tags("pool", pool, "backend", backend)
                .register(registry);
    }

    Timer firstToken(String pool, Decision decision) {
        return timer("homing.time.to.first.token", "From the request's head to its first content", WAITS)
                .tags("pool", pool, "decision", decision.label())
                .register(registry);
    }

    Timer requestTime(String pool, Decision decision) {
        return timer("homing.request", "From the request's head to the end of its answer", WAITS)
                .tags("pool", pool, "decision", decision.label())
                .register(registry);
    }

    Timer queueTime(String pool) {
        return timer("homing.queue", "Waiting for a full backend, of requests that had to", WAITS)
                .tags("pool", pool)
                .register(registry);
    }

    Timer connectTime(String pool, String backend) {
        return timer("homing.upstream.connect", "Making a connection to a backend", CONNECTS)
                .tags("pool", pool, "backend", backend)
                .register(registry);
    }

    Counter retries(String pool, ProxyObserver.RetryReason reason) {
        return counter("homing.retries", "Requests sent again")
                .tags("pool", pool, "reason", reason.label())
                .register(registry);
    }

    Counter clientAborts(String pool, ProxyObserver.AbortPhase phase) {
        return counter("homing.client.aborts", "Clients that left before their answer was complete")
                .tags("pool", pool, "phase", phase.label())
                .register(registry);
    }

    Counter rejected(String reason) {
        return counter("homing.rejected", "Requests, and connections, that homing itself refused or broke off")
                .tags("reason", reason)
                .register(registry);
    }

    Counter transitions(String pool, String backend, Transition to, String cause) {
        return counter("homing.backend.transitions", "Changes of a backend's state")
                .tags("pool", pool, "backend", backend, "to", to.label(), "cause", cause)
                .register(registry);
    }

    Counter lookups(String pool, String backend, String result) {
        return counter("homing.discovery.lookups", "Look-ups of names that stand for several replicas")
                .tags("pool", pool, "backend", backend, "result", result)
                .register(registry);
    }

    Counter reloads(String result) {
        return counter("homing.config.reloads", "Configurations read anew")
                .tags("result", result)
                .register(registry);
    }

    Gauge lastReload(Supplier<Number> success) {
        return gauge("homing.config.last.reload.success", "1 = the newest configuration is in force", success)
                .register(registry);
    }

    Gauge sessions(String pool, String backend, Supplier<Number> count) {
        return gauge("homing.sessions", "Sessions bound to a backend", count)
                .tags("pool", pool, "backend", backend)
                .register(registry);
    }

    Gauge inflight(String pool, String backend, Supplier<Number> count) {
        return gauge("homing.inflight", "Requests at a backend", count)
                .tags("pool", pool, "backend", backend)
                .register(registry);
    }

    Gauge queued(String pool, String backend, Supplier<Number> count) {
        return gauge("homing.queued", "Requests that wait for a full backend", count)
                .tags("pool", pool, "backend", backend)
                .register(registry);
    }

    Gauge pendingTokens(String pool, String backend, Supplier<Number> count) {
        return gauge(
                        "homing.pending.prompt.tokens",
                        "Prompt tokens, estimated, that a backend has still to read",
                        count)
                .tags("pool", pool, "backend", backend)
                .register(registry);
    }

    Gauge backendUp(String pool, String backend, Supplier<Number> up) {
        return gauge("homing.backend.up", "1 = healthy, whatever the operator wants of it", up)
                .tags("pool", pool, "backend", backend)
                .register(registry);
    }

    Gauge connections(ProxyObserver.Side side, ProxyObserver.ConnectionState state, Supplier<Number> count) {
        return gauge("homing.connections", "Open connections", count)
                .tags("side", side.label(), "state", state.label())
                .register(registry);
    }

    FunctionCounter evictions(String cause, LongSupplier count) {
        return counter("homing.sticky.table.evictions", "Sessions that the sticky table forgot", count)
                .tags("cause", cause)
                .register(registry);
    }

    FunctionCounter droppedLines(LongSupplier count) {
        return counter("homing.access.log.dropped", "Lines of the access log that were lost", count)
                .register(registry);
    }

    FunctionCounter droppedSpans(LongSupplier count) {
        return counter("homing.trace.spans.dropped", "Spans that were lost on their way to the collector", count)
                .register(registry);
    }

    /** Of proxies that share a table, as the next one. */
    Counter shareOperations(String operation, String result) {
        return counter("homing.share.operations", "What the fleet's shared table was asked for")
                .tags("operation", operation, "result", result)
                .register(registry);
    }

    Gauge shareUp(Supplier<Number> up) {
        return gauge("homing.share.up", "1 = the fleet's shared table answers", up)
                .register(registry);
    }

    Gauge buildInfo(String version, String commit) {
        return gauge("homing.build.info", "Always 1; what is running stands in the labels", () -> 1)
                .tags("version", version, "commit", commit)
                .register(registry);
    }

    /** Takes every meter of a backend away. */
    void forget(String pool, String backend) {
        registry.getMeters().stream()
                .filter(meter -> pool.equals(meter.getId().getTag("pool")))
                .filter(meter -> backend.equals(meter.getId().getTag("backend")))
                .forEach(registry::remove);
    }

    private static Tags keyed(String key) {
        return key.equals(NO_KEY) ? Tags.empty() : Tags.of("key", key);
    }

    private static Counter.Builder counter(String name, String description) {
        return Counter.builder(name).description(description);
    }

    /** The registry holds on to what is counted only weakly: here it is this, which lasts as long as the meters do. */
    private FunctionCounter.Builder<MeterCatalog> counter(String name, String description, LongSupplier count) {
        return FunctionCounter.builder(name, this, any -> count.getAsLong()).description(description);
    }

    private static Gauge.Builder<Supplier<Number>> gauge(String name, String description, Supplier<Number> value) {
        return Gauge.builder(name, value).description(description);
    }

    private static Timer.Builder timer(String name, String description, Duration[] buckets) {
        return Timer.builder(name).description(description).serviceLevelObjectives(buckets);
    }

    private static Duration[] durations(long... millis) {
        Duration[] durations = new Duration[millis.length];
        for (int i = 0; i < millis.length; i++) {
            durations[i] = Duration.ofMillis(millis[i]);
        }
        return durations;
    }
}
