// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.LinkedHashMap;
import java.util.Map;

/** A replica's prefix cache: the blocks used last, up to a bound. */
final class BlockCache {

    private final Blocks blocks;

    /** In order of use, the one not used for the longest time first. */
    private static final class Blocks extends LinkedHashMap<Integer, Boolean> {

        private static final long serialVersionUID = 1;
        private final int capacity;

        Blocks(int capacity) {
            super(16, 0.75f, true);
            this.capacity = capacity;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
            return size() > capacity;
        }
    }

    /** @param capacity blocks that it holds, {@code >= 0} */
    BlockCache(int capacity) {
        this.blocks = new Blocks(capacity);
    }

    /** How many of the prompt's leading blocks are here. Looking is no use. */
    int leading(int[] prompt) {
        int hit = 0;
        while (hit < prompt.length && blocks.containsKey(prompt[hit])) {
            hit++;
        }
        return hit;
    }

    /** Uses a prompt's blocks, from the last to the first, so that a block is forgotten before the one that it continues. */
    void use(int[] prompt) {
        for (int i = prompt.length - 1; i >= 0; i--) {
            blocks.put(prompt[i], true);
        }
    }

    /** Blocks that are here. */
    int size() {
        return blocks.size();
    }

    /** Forgets everything. */
    void clear() {
        blocks.clear();
    }
}
