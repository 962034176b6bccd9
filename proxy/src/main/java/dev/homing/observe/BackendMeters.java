// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.metering.Usage;
import dev.homing.routing.Decision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What is counted of one backend, looked up once; it stays when the backend leaves the configuration. */
final class BackendMeters {

    private final String pool;
    private final String id;
    private final RequestCounters requests;
    private final MeterRow<Decision, Counter> cached;
    private final MeterRow<Decision, Counter> uncached;
    private final Counter completion;
    private final Counter usageMissing;
    private final Timer connectTime;
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder cachedTokens = new LongAdder();

    BackendMeters(MeterCatalog catalog, String pool, String id) {
        this.pool = pool;
        this.id = id;
        requests = new RequestCounters(catalog, pool, id);
        cached = new MeterRow<>(Decision.class, decision -> catalog.promptTokens(pool, id, decision, true));
        uncached = new MeterRow<>(Decision.class, decision -> catalog.promptTokens(pool, id, decision, false));
        completion = catalog.completionTokens(pool, id);
        usageMissing = catalog.usageMissing(pool, id);
        connectTime = catalog.connectTime(pool, id);
    }

    boolean isOf(String somePool, String someId) {
        return id.equals(someId) && pool.equals(somePool);
    }

    RequestCounters requests() {
        return requests;
    }

    Timer connectTime() {
        return connectTime;
    }

    /** Counts the answer's tokens. A prompt of which the cached part is not known counts as uncached, and as missing. */
    void tokens(Decision decision, @Nullable Usage usage) {
        if (usage == null) {
            usageMissing.increment();
            return;
        }
        long hit = usage.cachedTokens();
        if (hit == Usage.UNKNOWN) {
            usageMissing.increment();
            hit = 0;
        }
        cached.at(decision).increment((double) hit);
        uncached.at(decision).increment((double) (usage.promptTokens() - hit));
        completion.increment((double) usage.completionTokens());
        promptTokens.add(usage.promptTokens());
        cachedTokens.add(hit);
    }

    long promptTokens() {
        return promptTokens.sum();
    }

    long cachedTokens() {
        return cachedTokens.sum();
    }
}
