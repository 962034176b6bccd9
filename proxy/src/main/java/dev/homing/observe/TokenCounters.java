// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.metering.Usage;
import dev.homing.routing.Decision;
import io.micrometer.core.instrument.Counter;

/** The tokens that one backend has told for one API key, by decision: an array look-up away. */
final class TokenCounters {

    private final MeterRow<Decision, Counter> cached;
    private final MeterRow<Decision, Counter> uncached;
    private final Counter completion;

    TokenCounters(MeterCatalog catalog, String pool, String backend, String key) {
        cached = new MeterRow<>(Decision.class, decision -> catalog.promptTokens(pool, backend, decision, true, key));
        uncached =
                new MeterRow<>(Decision.class, decision -> catalog.promptTokens(pool, backend, decision, false, key));
        completion = catalog.completionTokens(pool, backend, key);
    }

    /** @param hit prompt tokens that were in the engine's cache */
    void count(Decision decision, Usage usage, long hit) {
        cached.at(decision).increment((double) hit);
        uncached.at(decision).increment((double) (usage.promptTokens() - hit));
        completion.increment((double) usage.completionTokens());
    }
}
