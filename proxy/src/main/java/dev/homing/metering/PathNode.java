// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in JSON documents that matters, or leads to one that does: a tree made once for a dialect, immutable. Paths are keys joined by
 * dots; {@code []} stands for each element of an array.
 */
final class PathNode {

    /** No key of any path is longer, in bytes. */
    static final int MAX_KEY = 32;

    private static final String ELEMENT = "[]";

    private final @Nullable PathNode parent;
    private final byte[] key;
    private final @Nullable Field field;
    private final List<PathNode> members;
    private final @Nullable PathNode element;

    private PathNode(@Nullable PathNode parent, String name, Map<String, Field> paths) {
        this.parent = parent;
        this.key = bytesOf(name);
        this.field = paths.get("");
        Map<String, Map<String, Field>> byKey = new LinkedHashMap<>();
        paths.forEach((path, found) -> {
            if (!path.isEmpty()) {
                int dot = path.indexOf('.');
                String first = dot < 0 ? path : path.substring(0, dot);
                String rest = dot < 0 ? "" : path.substring(dot + 1);
                byKey.computeIfAbsent(first, any -> new LinkedHashMap<>()).put(rest, found);
            }
        });
        Map<String, Field> elements = byKey.remove(ELEMENT);
        this.element = elements == null ? null : new PathNode(this, ELEMENT, elements);
        List<PathNode> named = new ArrayList<>();
        byKey.forEach((first, rest) -> named.add(new PathNode(this, first, rest)));
        this.members = List.copyOf(named);
    }

    /** The root of a tree of {@code paths}. */
    static PathNode root(Map<String, Field> paths) {
        return new PathNode(null, "", paths);
    }

    /** The node around this one, null at the root. */
    @Nullable PathNode parent() {
        return parent;
    }

    /** What a value here means, null when it only leads further. */
    @Nullable Field field() {
        return field;
    }

    /** Each element of an array here, null when they do not matter. */
    @Nullable PathNode element() {
        return element;
    }

    /** The member whose key is the first {@code length} bytes of {@code bytes}, null when it does not matter. */
    @Nullable PathNode member(byte[] bytes, int length) {
        for (int i = 0; i < members.size(); i++) {
            PathNode member = members.get(i);
            if (Arrays.equals(member.key, 0, member.key.length, bytes, 0, length)) {
                return member;
            }
        }
        return null;
    }

    private static byte[] bytesOf(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > MAX_KEY) {
            throw new IllegalArgumentException("key: " + key + " (expected: at most " + MAX_KEY + " bytes)");
        }
        return bytes;
    }
}
