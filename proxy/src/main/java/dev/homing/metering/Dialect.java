// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one API tells the tokens that an answer took: at which paths, and how the numbers add up.
 */
sealed interface Dialect permits Completions, Responses, Messages {

    /** Where its numbers and its content stand. */
    PathNode paths();

    /** A fresh reckoning for one answer. */
    Tally tally();

    /** The tree of a dialect's paths, which are checked to be such that a stream may be searched by {@link UsageHint}. */
    static PathNode tree(Map<String, Field> paths) {
        paths.forEach((path, field) -> {
            if (field != Field.CONTENT && !UsageHint.covers(path)) {
                throw new IllegalArgumentException("path: " + path + " (expected: under usage or timings)");
            }
        });
        return PathNode.root(paths);
    }

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
