// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The mapping of pool names to pools. */
record PoolsType(KeySet<View> keys) implements ValueType<List<PoolDraft>> {

    @Override
    public @Nullable List<PoolDraft> read(Cursor at) {
        if (at.isBroken()) {
            return null;
        }
        if (!(at.tree() instanceof Tree.Section section) || section.entries().isEmpty()) {
            at.refuse(expected());
            return null;
        }
        List<PoolDraft> pools = new ArrayList<>();
        section.entries().forEach((name, entry) -> {
            Texts.NAME.read(at.key(name, entry.place()));
            Cursor pool = at.child(name);
            if (pool.tree() instanceof Tree.Section) {
                Values values = keys.read(pool);
                if (!pool.gives(Registry.BACKENDS.path())) {
                    pool.refuse(
                            "no backends",
                            "backends: " + Registry.BACKENDS.type().expected());
                }
                pools.add(new PoolDraft(name, values));
            } else if (!pool.isBroken()) {
                pool.refuse("a mapping with backends");
            }
        });
        return List.copyOf(pools);
    }

    @Override
    public @Nullable Object write(List<PoolDraft> pools) {
        Map<String, Object> out = Json.object();
        pools.forEach(pool -> out.put(pool.name(), KeySet.write(pool.values())));
        return out.isEmpty() ? null : out;
    }

    @Override
    public String expected() {
        return "a mapping of names to pools";
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> pool = JsonSchema.object(keys);
        pool.put("required", List.of(Registry.BACKENDS.path()));
        return Json.object("type", "object", "minProperties", 1, "additionalProperties", pool);
    }
}
