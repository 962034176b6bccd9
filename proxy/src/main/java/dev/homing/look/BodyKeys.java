// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Dotted paths into JSON objects, as a tree that is made once; immutable. A path leads through objects only, never into an array, and counts from
 * the root, so a key of the same name further inside is another one.
 */
public final class BodyKeys {

    private final Node root = new Node(null);

    private BodyKeys(List<String> paths) {
        for (int rank = 0; rank < paths.size(); rank++) {
            root.add(paths.get(rank), rank);
        }
    }

    /**
     * The tree of these paths.
     *
     * @param paths the most wanted one first; distinct
     */
    public static BodyKeys of(List<String> paths) {
        return new BodyKeys(paths);
    }

    Node root() {
        return root;
    }

    /** One object on the way. Written while the tree is made, and by nobody afterwards. */
    static final class Node {

        /** The rank of what is not wanted itself. */
        static final int NONE = Integer.MAX_VALUE;

        private final @Nullable Node parent;
        private final Map<String, Node> members = new HashMap<>();
        private int rank = NONE;
        private String path = "";

        private Node(@Nullable Node parent) {
            this.parent = parent;
        }

        private void add(String path, int rank) {
            Node at = this;
            for (String name : path.split("\\.", -1)) {
                Node outer = at;
                at = outer.members.computeIfAbsent(name, any -> new Node(outer));
            }
            at.rank = rank;
            at.path = path;
        }

        @Nullable Node parent() {
            return parent;
        }

        @Nullable Node member(@Nullable String name) {
            return members.get(name);
        }

        boolean leadsOn() {
            return !members.isEmpty();
        }

        /** 0 is the most wanted one. */
        int rank() {
            return rank;
        }

        String path() {
            return path;
        }
    }
}
