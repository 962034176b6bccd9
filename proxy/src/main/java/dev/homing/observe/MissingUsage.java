// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.metering.Usage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator, once for a pool, that its answers do not say what they took from a cache, and what would make them: without it nobody
 * could see whether affinity works. Any event loop.
 */
final class MissingUsage {

    private static final Logger LOG = LoggerFactory.getLogger(MissingUsage.class);

    private final String pool;

    /** Each set by the first loop that meets such an answer. */
    private final AtomicBoolean nothingTold = new AtomicBoolean();

    private final AtomicBoolean cachedTold = new AtomicBoolean();

    MissingUsage(String pool) {
        this.pool = pool;
    }

    /** A whole answer that should have told its usage told that; null = nothing. */
    void look(String backend, @Nullable Usage usage) {
        if (usage == null) {
            if (!nothingTold.get() && nothingTold.compareAndSet(false, true)) {
                LOG.warn(
                        "backend {} (pool {}) answered without token usage, so that nobody can tell what its cache saved. A vLLM tells that of"
                                + " a stream when it is asked to (stream_options.include_usage) or with --enable-force-include-usage; a compressed"
                                + " answer cannot be read. homing_usage_missing_total counts such answers; this is said once a pool",
                        backend,
                        pool);
            }
        } else if (usage.cachedTokens() == Usage.UNKNOWN
                && !cachedTold.get()
                && cachedTold.compareAndSet(false, true)) {
            LOG.warn(
                    "backend {} (pool {}) does not tell how many prompt tokens its cache had: they count as not cached. A vLLM tells it with"
                            + " --enable-prompt-tokens-details, an SGLang with --enable-cache-report. homing_usage_missing_total counts such answers;"
                            + " this is said once a pool",
                    backend,
                    pool);
        }
    }
}
