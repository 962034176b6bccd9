// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import org.jspecify.annotations.Nullable;

/**
 * Prompt tokens that engines told.
 *
 * @param prompt all of them, {@code >= 0}
 * @param cached the part that came from a cache
 */
public record TokenCount(long prompt, long cached) {

    static final TokenCount NONE = new TokenCount(0, 0);

    /** What came after {@code before}; all of it when the count began anew meanwhile. */
    TokenCount since(TokenCount before) {
        return prompt < before.prompt || cached < before.cached
                ? this
                : new TokenCount(prompt - before.prompt, cached - before.cached);
    }

    TokenCount plus(TokenCount other) {
        return new TokenCount(prompt + other.prompt, cached + other.cached);
    }

    /** The cached share, 0 to 1; null when no tokens were told, of which there is no share. */
    public @Nullable Double share() {
        return prompt == 0 ? null : (double) cached / prompt;
    }
}
