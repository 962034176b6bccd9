// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

/**
 * The tokens that an engine says one answer took.
 *
 * @param promptTokens the whole prompt, cached tokens included, {@code >= 0}
 * @param cachedTokens the part of it that came from the cache, {@code 0..promptTokens}; {@link #UNKNOWN} when the engine did not tell
 * @param completionTokens {@code >= 0}
 */
public record Usage(long promptTokens, long cachedTokens, long completionTokens) {

    /** The engine told no cached tokens. */
    public static final long UNKNOWN = -1;
}
