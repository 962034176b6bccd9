// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.metering.Usage;
import dev.homing.routing.Decision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What is counted of one backend, looked up once; it stays when the backend leaves the configuration, until it is forgotten. */
final class BackendMeters {

    private final MeterCatalog catalog;
    private final String pool;
    private final String id;
    private final RequestCounters requests;
    private final Map<String, TokenCounters> tokens = new ConcurrentHashMap<>();
    private final Counter usageMissing;
    private final Timer connectTime;
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder cachedTokens = new LongAdder();

    BackendMeters(MeterCatalog catalog, String pool, String id) {
        this.catalog = catalog;
        this.pool = pool;
        this.id = id;
        requests = new RequestCounters(catalog, pool, id);
        of(MeterCatalog.NO_KEY);
        usageMissing = catalog.usageMissing(pool, id);
        connectTime = catalog.connectTime(pool, id);
    }

    Totals.Member member() {
        return new Totals.Member(pool, id);
    }

    boolean isOf(String somePool, String someId) {
        return id.equals(someId) && pool.equals(somePool);
    }

    String id() {
        return id;
    }

    RequestCounters requests() {
        return requests;
    }

    Timer connectTime() {
        return connectTime;
    }

    /**
     * Counts the answer's tokens. A prompt of which the cached part is not known counts as uncached, and as missing.
     *
     * @param key the name of the API key that they are billed to, null when none was asked for
     */
    void tokens(@Nullable String key, Decision decision, @Nullable Usage usage) {
        if (usage == null) {
            usageMissing.increment();
            return;
        }
        long hit = usage.cachedTokens();
        if (hit == Usage.UNKNOWN) {
            usageMissing.increment();
            hit = 0;
        }
        of(key == null ? MeterCatalog.NO_KEY : key).count(decision, usage, hit);
        promptTokens.add(usage.promptTokens()); // before its part: see totals
        cachedTokens.add(hit);
    }

    /** Names of keys come from the file that the configuration names, so there are no more of these than it has had. */
    private TokenCounters of(String key) {
        TokenCounters counters = tokens.get(key);
        return counters != null
                ? counters
                : tokens.computeIfAbsent(key, some -> new TokenCounters(catalog, pool, id, some));
    }

    long promptTokens() {
        return promptTokens.sum();
    }

    long cachedTokens() {
        return cachedTokens.sum();
    }

    /** Cached ones are read first, so that there are never more of them than of all. */
    TokenCount totals() {
        long cached = cachedTokens();
        return new TokenCount(promptTokens(), cached);
    }
}
