// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A value, or the word {@code none} for its absence. */
record OrNone<T>(ValueType<T> type) implements ValueType<Optional<T>> {

    private static final String NONE = "none";

    @Override
    @SuppressWarnings("NullableOptional") // null: refused; empty: absent
    public @Nullable Optional<T> read(Cursor at) {
        if (at.tree() instanceof Tree.Scalar scalar && scalar.text().equals(NONE)) {
            return Optional.empty();
        }
        T value = type.read(at);
        return value == null ? null : Optional.of(value);
    }

    @Override
    public @Nullable Object write(Optional<T> value) {
        return value.isEmpty() ? NONE : type.write(value.get());
    }

    @Override
    public String expected() {
        return NONE + " or " + type.expected();
    }

    @Override
    public Map<String, Object> schema() {
        return Json.object("anyOf", List.of(Json.object("const", NONE), type.schema()));
    }
}
