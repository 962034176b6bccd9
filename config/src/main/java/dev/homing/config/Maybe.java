// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A value whose key is left out where there is none. */
record Maybe<T>(ValueType<T> type) implements ValueType<Optional<T>> {

    @Override
    @SuppressWarnings("NullableOptional") // null: refused; empty: absent
    public @Nullable Optional<T> read(Cursor at) {
        T value = type.read(at);
        return value == null ? null : Optional.of(value);
    }

    @Override
    public @Nullable Object write(Optional<T> value) {
        return value.isEmpty() ? null : type.write(value.get());
    }

    @Override
    public String expected() {
        return type.expected();
    }

    @Override
    public Map<String, Object> schema() {
        return type.schema();
    }
}
