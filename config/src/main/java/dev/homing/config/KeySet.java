// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The keys that one mapping may have, those of its sections included: reads, writes and compares whole mappings. */
final class KeySet<S> {

    private final List<Key<S, ?>> keys;
    private final Map<String, Key<S, ?>> byPath = new TreeMap<>();
    /** Names of the keys and sections right below each section; the mapping itself is the empty section. */
    private final Map<String, List<String>> sections = new HashMap<>();

    KeySet(List<Key<S, ?>> keys) {
        this.keys = List.copyOf(keys);
        for (Key<S, ?> key : keys) {
            byPath.put(key.path(), key);
            String below = key.path();
            while (!below.isEmpty()) {
                int dot = below.lastIndexOf('.');
                String section = dot < 0 ? "" : below.substring(0, dot);
                List<String> names = sections.computeIfAbsent(section, name -> new ArrayList<>());
                String name = below.substring(dot + 1);
                if (!names.contains(name)) {
                    names.add(name);
                }
                below = section;
            }
        }
    }

    List<Key<S, ?>> keys() {
        return keys;
    }

    /** What the mapping at {@code at} gives; what is refused is told and left out. */
    Values read(Cursor at) {
        Values values = new Values();
        read(at, "", values);
        return values;
    }

    /** Whether {@code values} has all that must be given; tells what is missing. */
    boolean isComplete(Values values, Cursor at) {
        boolean complete = true;
        for (Key<S, ?> key : keys) {
            if (key.fallback().isEmpty() && !values.has(key)) {
                complete = false;
                if (!at.gives(key.path())) {
                    at.refuse("no " + key.path(), key.path() + ": " + key.type().expected());
                }
            }
        }
        return complete;
    }

    /** The record's values as a mapping in the shape of the file. */
    Map<String, Object> write(S source) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (Key<S, ?> key : keys) {
            put(out, key.path(), key.written(source));
        }
        return out;
    }

    /** Those values of {@code source} that are not those of {@code base}. */
    Values differing(S source, S base) {
        Values values = new Values();
        for (Key<S, ?> key : keys) {
            addIfDiffering(values, key, source, base);
        }
        return values;
    }

    /** Values as a mapping in the shape of the file. */
    static Map<String, Object> write(Values values) {
        Map<String, Object> out = new LinkedHashMap<>();
        values.forEach((key, value) -> put(out, key.path(), written(key, value)));
        return out;
    }

    private void read(Cursor at, String section, Values into) {
        if (at.isBroken() || (at.tree() instanceof Tree.Scalar scalar && scalar.isNothing())) {
            return; // a section whose keys are all commented out
        }
        if (!(at.tree() instanceof Tree.Section mapping)) {
            at.refuse("a mapping with keys such as " + names(section).get(0));
            return;
        }
        mapping.entries().forEach((name, entry) -> {
            String path = section.isEmpty() ? name : section + "." + name;
            Key<S, ?> key = byPath.get(path);
            boolean nested = name.contains(".") || name.isEmpty(); // no path written out as one key
            if (key != null && !nested) {
                read(key, at.child(name), into);
            } else if (sections.containsKey(path) && !nested) {
                read(at.child(name), path, into);
            } else {
                String found = Registry.isTopLevelOnly(path) ? "a key of the top level" : "an unknown key";
                at.refuseKey(name, entry.place(), found, suggestion(section, name));
            }
        });
    }

    private static <T> void read(Key<?, T> key, Cursor at, Values into) {
        T value = key.type().read(at);
        if (value != null) {
            into.put(key, value);
        }
    }

    private String suggestion(String section, String name) {
        if (Registry.isTopLevelOnly(section.isEmpty() ? name : section + "." + name)) {
            return "it there: it holds for the whole process";
        }
        String near = Words.nearest(name, names(section));
        if (!near.isEmpty()) {
            return "a known one (did you mean " + near + "?)";
        }
        if (name.equals("<<")) {
            return "the keys themselves: merge keys are not read";
        }
        for (Key<S, ?> key : keys) {
            if (key.name().equals(name)) {
                return "it where it belongs: " + key.path();
            }
        }
        return "one of " + String.join(", ", names(section));
    }

    private List<String> names(String section) {
        return Objects.requireNonNull(sections.get(section));
    }

    private static <S, T> void addIfDiffering(Values values, Key<S, T> key, S source, S base) {
        T value = key.of().apply(source);
        if (!value.equals(key.of().apply(base))) {
            values.put(key, value);
        }
    }

    private static <T> @Nullable Object written(Key<?, T> key, Object value) {
        @SuppressWarnings("unchecked") // Values.put() is the only way in
        T typed = (T) value;
        return key.type().write(typed);
    }

    @SuppressWarnings("unchecked") // every section was made here
    private static void put(Map<String, Object> out, String path, @Nullable Object value) {
        if (value == null) {
            return;
        }
        Map<String, Object> section = out;
        String[] names = path.split("\\.", -1);
        for (int i = 0; i < names.length - 1; i++) {
            section = (Map<String, Object>) section.computeIfAbsent(names[i], name -> new LinkedHashMap<>());
        }
        section.put(names[names.length - 1], value);
    }
}
