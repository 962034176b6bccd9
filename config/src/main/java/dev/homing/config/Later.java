// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is read and checked but not yet acted on. Any other value than the default is refused, so that nobody relies on what is not there;
 * a feature that arrives takes its line out here, and nothing else in this module changes.
 */
final class Later {

    private static final Set<Key<?, ?>> KEYS = Set.of();

    private Later() {}

    /** Whether only the key's default is supported. */
    static boolean isLater(Key<?, ?> key) {
        return KEYS.contains(key);
    }

    /** What is expected for now in place of {@code value}; null when it is supported. */
    static <T> @Nullable String refusal(Key<?, T> key, T value) {
        if (!isLater(key) || key.fallback().orElseThrow().equals(value)) {
            return null;
        }
        Object standard = key.writtenDefault();
        return standard == null ? "the key to be left out" : String.valueOf(standard);
    }
}
