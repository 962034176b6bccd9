// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A list, most often of items that differ in something.
 *
 * @param least items, 0 or 1; a list that must not be empty is not written when it is
 * @param identity what no two items may share; null where any two may be alike
 * @param identityKey the key of an item that holds it, empty where it is the item itself
 */
record ListOf<T>(ValueType<T> item, int least, Function<T, @Nullable Object> identity, String identityKey)
        implements ValueType<List<T>> {

    /** A list of items that are their own identity. */
    static <T> ListOf<T> distinct(ValueType<T> item, Function<T, @Nullable Object> identity) {
        return new ListOf<>(item, 0, identity, "");
    }

    @Override
    public @Nullable List<T> read(Cursor at) {
        if (at.isBroken()) {
            return null;
        }
        if (!(at.tree() instanceof Tree.Items list) || list.items().size() < least) {
            at.refuse(least == 0 ? "a list" : "a list that is not empty");
            return null;
        }
        List<T> values = new ArrayList<>();
        Map<Object, Integer> seen = new HashMap<>();
        for (int i = 0; i < list.items().size(); i++) {
            Cursor here = at.item(i);
            T value = item.read(here);
            if (value != null) {
                values.add(value);
            }
            Object id = value == null ? text(here.child(identityKey)) : identity.apply(value);
            Integer first = id == null ? null : seen.putIfAbsent(id, i);
            if (first != null) {
                Cursor twice = identityKey.isEmpty() ? here : here.child(identityKey);
                twice.refuse("the same as in " + at.item(first).path(), "each one once");
            }
        }
        return values.size() == list.items().size() ? List.copyOf(values) : null;
    }

    @Override
    public @Nullable Object write(List<T> values) {
        return values.size() < least ? null : values.stream().map(item::write).toList();
    }

    @Override
    public String expected() {
        return "a list, each item " + item.expected();
    }

    @Override
    public Map<String, Object> schema() {
        return Json.object("type", "array", "minItems", least, "items", item.schema());
    }

    /** What identifies an item that was refused for another reason. */
    private static @Nullable String text(Cursor at) {
        return at.tree() instanceof Tree.Scalar scalar ? scalar.text() : null;
    }
}
