// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import org.jspecify.annotations.Nullable;

/**
 * How one API tells the tokens that an answer took: at which paths, and how the numbers add up. Every number stands within an object
 * named {@code usage} or {@code timings}: {@link UsageHint} relies on it.
 */
sealed interface Dialect permits Completions, Responses, Messages {

    /** Where its numbers and its content stand. */
    PathNode paths();

    /** A fresh reckoning for one answer. */
    Tally tally();

    /**
     * The dialect of a POST to {@code path} (no query), null when its answer is no generation. Servers may stand behind a prefix
     * ({@code --api-prefix}), so only the path's end counts.
     */
    static @Nullable Dialect of(String path) {
        if (path.endsWith("/completions") || path.endsWith("/completion") || path.endsWith("/infill")) {
            return Completions.DIALECT;
        }
        if (path.endsWith("/responses")) {
            return Responses.DIALECT;
        }
        return path.endsWith("/v1/messages") ? Messages.DIALECT : null;
    }
}
