// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What one mapping gives for its keys; a key that it does not give has the value of the mapping that this one overrides, or its default. */
final class Values {

    private final Map<Key<?, ?>, Object> own = new LinkedHashMap<>();
    private final @Nullable Values base;

    Values() {
        this.base = null;
    }

    private Values(Map<Key<?, ?>, Object> own, Values base) {
        this.own.putAll(own);
        this.base = base;
    }

    /** These values, and for the rest those of {@code base}. */
    Values over(Values base) {
        return new Values(own, base);
    }

    <T> void put(Key<?, T> key, T value) {
        own.put(key, value);
    }

    /** Whether this mapping itself gives the key. */
    boolean has(Key<?, ?> key) {
        return own.containsKey(key);
    }

    /** The key's value. A required key must have one. */
    <T> T of(Key<?, T> key) {
        @SuppressWarnings("unchecked") // put() is the only way in
        T value = (T) own.get(key);
        if (value != null) {
            return value;
        }
        return base == null ? key.fallback().orElseThrow() : base.of(key);
    }

    void forEach(BiConsumer<Key<?, ?>, Object> action) {
        own.forEach(action);
    }
}
