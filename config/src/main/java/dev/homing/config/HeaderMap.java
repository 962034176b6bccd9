// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A mapping of header names to values; names that differ in case only are the same (RFC 9110 section 5.1). */
record HeaderMap<V>(ValueType<String> name, ScalarType<V> value) implements ValueType<Map<String, V>> {

    @Override
    public @Nullable Map<String, V> read(Cursor at) {
        if (at.isBroken()) {
            return null;
        }
        if (!(at.tree() instanceof Tree.Section section)) {
            at.refuse(expected());
            return null;
        }
        Map<String, V> headers = new LinkedHashMap<>();
        Map<String, String> seen = new TreeMap<>();
        section.entries().forEach((key, entry) -> {
            String header = name.read(at.key(key, entry.place()));
            V content = value.read(at.child(key));
            if (header != null && seen.putIfAbsent(header.toLowerCase(Locale.ROOT), header) != null) {
                at.refuseKey(key, entry.place(), "a header that stands there before", "each header once");
            } else if (header != null && content != null) {
                headers.put(header, content);
            }
        });
        return headers.size() == section.entries().size() ? Map.copyOf(headers) : null;
    }

    @Override
    public Object write(Map<String, V> headers) {
        Map<String, Object> out = new TreeMap<>();
        headers.forEach((header, content) -> out.put(header, value.write(content)));
        return out;
    }

    @Override
    public String expected() {
        return "a mapping of header names to values";
    }

    @Override
    public Map<String, Object> schema() {
        return Json.object("type", "object", "additionalProperties", value.schema());
    }
}
