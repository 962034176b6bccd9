// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A mapping that stands for one record.
 *
 * @param build makes the record once all that must be given is there
 */
record ObjectOf<T>(KeySet<T> keys, Function<Values, T> build) implements ValueType<T> {

    @Override
    public @Nullable T read(Cursor at) {
        if (at.isBroken()) {
            return null;
        }
        if (!(at.tree() instanceof Tree.Section)) {
            at.refuse(expected());
            return null;
        }
        Values values = keys.read(at);
        return keys.isComplete(values, at) ? build.apply(values) : null;
    }

    @Override
    public Map<String, Object> write(T value) {
        return keys.write(value);
    }

    @Override
    public String expected() {
        return "a mapping with "
                + keys.keys().stream()
                        .filter(key -> key.fallback().isEmpty())
                        .map(Key::path)
                        .collect(Collectors.joining(" and "));
    }

    @Override
    public Map<String, Object> schema() {
        return JsonSchema.object(keys);
    }
}
