// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.time.Duration;
import java.util.List;

/** The keys of {@code queue} and {@code health}: when a backend may be given a request. */
final class HealthKeys {

    private static final ScalarType<Integer> COUNT = Numbers.from(1, 1_000_000);

    static final Key<View, Integer> QUEUE_LIMIT = Key.pool(
            "queue.limit",
            Numbers.from(0, 1_000_000),
            1024,
            v -> v.settings().queue().limit(),
            "Requests that wait for a full backend, per pool; one more is answered with 429 and Retry-After.",
            "Clients should be told sooner that there is no room (lower), or wait at all costs (higher).");

    static final Key<View, Duration> QUEUE_TIMEOUT = Key.pool(
            "queue.timeout",
            Units.DURATION,
            Duration.ofMinutes(5),
            v -> v.settings().queue().timeout(),
            "After this wait a pinned request goes to another backend that has room, for once; 503 with Retry-After when none has.",
            "Answers are so long that waiting costs more than a move: the tokens of a typical history divided by the speed of prefill.");

    static final Key<View, String> PATH = Key.pool(
            "health.path",
            Texts.TARGET,
            "/health",
            v -> v.settings().health().path(),
            "What probes ask for; llama-server and vLLM both have /health. 2xx is healthy.",
            "The engine is behind a prefix, or another server has another path.");

    static final Key<View, Duration> INTERVAL = Key.pool(
            "health.interval",
            Units.DURATION,
            Duration.ofSeconds(2),
            v -> v.settings().health().interval(),
            "Time between probes of a backend.",
            "Longer with very many replicas; shorter if a second of failed requests is too much.");

    static final Key<View, Duration> TIMEOUT = Key.pool(
            "health.timeout",
            Units.DURATION,
            Duration.ofSeconds(5),
            v -> v.settings().health().timeout(),
            "How long a probe may take; the next one waits for it.",
            "Probes of a busy engine time out although it works, and it has no streams that would speak for it.");

    static final Key<View, Integer> FALL = Key.pool(
            "health.fall",
            COUNT,
            3,
            v -> v.settings().health().fall(),
            "Failed probes in a row that take a backend out; a refused connection or a 503 takes it out at once.",
            "Higher on a network that loses packets.");

    static final Key<View, Integer> RISE = Key.pool(
            "health.rise",
            COUNT,
            2,
            v -> v.settings().health().rise(),
            "Good probes in a row that bring a backend back.",
            "Higher if engines answer probes before they are fit to serve.");

    static final Key<View, Integer> FAILURES = Key.pool(
            "health.passive.failures",
            COUNT,
            3,
            v -> v.settings().health().passive().failures(),
            "Faults of real requests (no connection, reset, timeout, 502, 504) within the window that eject a backend.",
            "Higher where single requests fail for reasons of their own; lower to be out of a bad replica sooner.");

    static final Key<View, Duration> WINDOW = Key.pool(
            "health.passive.window",
            Units.DURATION,
            Duration.ofSeconds(10),
            v -> v.settings().health().passive().window(),
            "How far back those faults are counted.",
            "Together with the number of failures: with little traffic faults lie further apart.");

    static final Key<View, Duration> EJECT_FOR = Key.pool(
            "health.passive.eject_for",
            Units.DURATION,
            Duration.ofSeconds(10),
            v -> v.settings().health().passive().ejectFor(),
            "The least time out; then a good probe brings the backend back.",
            "Replicas that break take longer to mend, and come back only to be ejected again.");

    static final List<Key<View, ?>> ALL =
            List.of(QUEUE_LIMIT, QUEUE_TIMEOUT, PATH, INTERVAL, TIMEOUT, FALL, RISE, FAILURES, WINDOW, EJECT_FOR);

    private HealthKeys() {}

    static Queue queue(Values values) {
        return new Queue(values.of(QUEUE_LIMIT), values.of(QUEUE_TIMEOUT));
    }

    static Health health(Values values) {
        Health.Passive passive = new Health.Passive(values.of(FAILURES), values.of(WINDOW), values.of(EJECT_FOR));
        return new Health(
                values.of(PATH), values.of(INTERVAL), values.of(TIMEOUT), values.of(FALL), values.of(RISE), passive);
    }
}
