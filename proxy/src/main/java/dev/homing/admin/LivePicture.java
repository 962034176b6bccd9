// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.homing.observe.Happenings;
import dev.homing.observe.History;
import dev.homing.observe.Interval;
import dev.homing.observe.PoolTotals;
import dev.homing.observe.TokenCount;
import dev.homing.observe.Totals;
import dev.homing.routing.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the process is at one moment, as viewers are told it. */
final class LivePicture {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final LiveFeed.Sources sources;
    private final History history;
    private final Interval minute;
    private final Interval hour;

    LivePicture(LiveFeed.Sources sources, History history, long nanos, Totals now) {
        this.sources = sources;
        this.history = history;
        this.minute = history.last(MINUTE, nanos, now);
        this.hour = history.last(History.REACH, nanos, now);
    }

    /**
     * The event {@code live}.
     *
     * @param notReady why new requests should go elsewhere, null = they are welcome
     */
    record Live(
            Instant at,
            @Nullable String notReady,
            List<PoolNow> pools,
            List<BackendNow> backends,
            List<Happenings.Move> moves,
            List<Happenings.Change> transitions) {}

    /**
     * A pool now, and in the last minute and hour.
     *
     * @param queued requests that wait, be it for one backend or for any
     */
    record PoolNow(String pool, long queued, Figures minute, Figures hour) {}

    /**
     * Of one pool in a time.
     *
     * @param seconds how long it was
     * @param cachedShare 0 to 1, null when no tokens were told
     * @param firstToken null when no answer began
     * @param decisions requests, by decision; those without any are left out
     */
    record Figures(
            double seconds,
            double requestsPerSecond,
            @Nullable Double cachedShare,
            long promptTokens,
            long cachedTokens,
            @Nullable FirstToken firstToken,
            Map<String, Long> decisions) {}

    /** How long first tokens took, in seconds, and of how many answers that is known. */
    record FirstToken(long answers, double p50, double p95) {}

    /** A backend as {@code /api/backends} tells it, and what it took from its cache in the last minute and hour. */
    record BackendNow(@JsonUnwrapped BackendStatus status, Share minute, Share hour) {}

    /** @param cachedShare as above */
    record Share(@Nullable Double cachedShare, long promptTokens, long cachedTokens) {}

    /** The event {@code hour}: charts of cached shares, each as many bars as there are, the newest last, null where no tokens were told. */
    record Hour(long barSeconds, List<PoolBars> pools, List<BackendBars> backends) {}

    record PoolBars(String pool, List<@Nullable Double> shares) {}

    record BackendBars(String pool, String id, List<@Nullable Double> shares) {}

    Live live() {
        Operations operations = sources.operations();
        List<BackendStatus> backends = operations.backends();
        return new Live(
                Instant.ofEpochMilli(sources.epochMillis().getAsLong()),
                operations.notReady(),
                operations.pools().stream().map(name -> pool(name, backends)).toList(),
                backends.stream().map(this::backend).toList(),
                sources.happenings().moves(),
                sources.happenings().changes());
    }

    Hour hour() {
        Operations operations = sources.operations();
        return new Hour(
                history.barSeconds(),
                operations.pools().stream()
                        .map(name -> new PoolBars(name, rounded(history.shares(totals -> totals.tokens(name)))))
                        .toList(),
                operations.backends().stream()
                        .map(BackendStatus::identity)
                        .map(backend -> new BackendBars(
                                backend.pool(),
                                backend.id(),
                                rounded(history.shares(totals -> totals.tokens(member(backend))))))
                        .toList());
    }

    private PoolNow pool(String name, List<BackendStatus> backends) {
        long queued = backends.stream()
                .filter(backend -> backend.identity().pool().equals(name))
                .mapToLong(backend -> backend.load().queued())
                .sum();
        return new PoolNow(
                name, queued + sources.operations().waitingForAny(name), figures(name, minute), figures(name, hour));
    }

    private static Figures figures(String pool, Interval time) {
        PoolTotals counted = time.counted().pool(pool);
        TokenCount tokens = time.counted().tokens(pool);
        Double p50 = counted.firstToken().quantileSeconds(0.5);
        Double p95 = counted.firstToken().quantileSeconds(0.95);
        Map<String, Long> decisions = new TreeMap<>();
        for (Map.Entry<Decision, Long> one : counted.decisions().entrySet()) {
            decisions.put(one.getKey().label(), one.getValue());
        }
        return new Figures(
                rounded(time.seconds()),
                rounded(time.perSecond(counted.requests())),
                rounded(tokens.share()),
                tokens.prompt(),
                tokens.cached(),
                p50 == null || p95 == null
                        ? null
                        : new FirstToken(
                                counted.firstToken().total(), rounded(p50.doubleValue()), rounded(p95.doubleValue())),
                decisions);
    }

    private BackendNow backend(BackendStatus status) {
        Totals.Member member = member(status.identity());
        return new BackendNow(
                status,
                share(minute.counted().tokens(member)),
                share(hour.counted().tokens(member)));
    }

    private static Totals.Member member(BackendStatus.Identity backend) {
        return new Totals.Member(backend.pool(), backend.id());
    }

    private static Share share(TokenCount tokens) {
        return new Share(rounded(tokens.share()), tokens.prompt(), tokens.cached());
    }

    private static List<@Nullable Double> rounded(List<@Nullable Double> shares) {
        return shares.stream().map(LivePicture::rounded).toList();
    }

    private static @Nullable Double rounded(@Nullable Double value) {
        return value == null ? null : Double.valueOf(rounded(value.doubleValue()));
    }

    /** To four places: more is noise, and bytes. */
    private static double rounded(double value) {
        return Math.round(value * 10_000) / 10_000.0;
    }
}
