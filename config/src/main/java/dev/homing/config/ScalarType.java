// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value that is written as one text.
 *
 * @param parse null for a text that is no such value
 * @param secret whether errors must not show what was found
 */
record ScalarType<T>(
        String expected, Parse<T> parse, Function<T, Object> writing, Map<String, Object> form, boolean secret)
        implements ValueType<T> {

    /** Makes a value of a text. */
    @FunctionalInterface
    interface Parse<T> {
        @Nullable T parse(String text);
    }

    @Override
    public @Nullable T read(Cursor at) {
        if (at.isBroken()) {
            return null;
        }
        T value = at.tree() instanceof Tree.Scalar scalar && !scalar.isNothing() ? parse.parse(scalar.text()) : null;
        if (value == null) {
            at.refuse(
                    secret && isShown(at.tree())
                            ? "a value that is not shown"
                            : at.tree().found(),
                    expected);
        }
        return value;
    }

    @Override
    public Object write(T value) {
        return writing.apply(value);
    }

    /** What the schema accepts beside the value itself: a variable that stands for it. */
    @Override
    public Map<String, Object> schema() {
        return "string".equals(form.get("type")) && form.size() == 1
                ? form
                : Json.object("anyOf", List.of(form, Json.object("$ref", "#/definitions/variable")));
    }

    private static boolean isShown(Tree tree) {
        return tree instanceof Tree.Scalar scalar && !scalar.isNothing();
    }
}
