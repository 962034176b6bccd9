// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The KV cache of a replica: the least recently used blocks go first. Blocks are touched from the last to the first, so that a block
 * goes before its parent and what is left is always a prefix. Confined to the replica's event loop.
 *
 * <p>This is vLLM's prefix cache. A llama-server keeps whole conversations, in slots and in its RAM cache, first in first out; here it is
 * the same cache with the capacity in tokens that those hold together: what is simplified is that shared system prompts count once and
 * that a conversation may be lost in part.
 */
final class PrefixCache {

    private final int capacity;
    private final Map<Long, Boolean> blocks = new LinkedHashMap<>(1024, 0.75f, true);

    /** @param capacityTokens {@code >= 0}; below a block nothing is ever kept */
    PrefixCache(long capacityTokens) {
        this.capacity = (int) Math.min(Integer.MAX_VALUE, capacityTokens / PromptHasher.BLOCK_TOKENS);
    }

    /** How many leading blocks of the chain are cached; they count as used now. */
    int match(long[] chain) {
        int hit = 0;
        while (hit < chain.length && blocks.containsKey(chain[hit])) {
            hit++;
        }
        keep(chain, hit);
        return hit;
    }

    /** Takes in the first {@code count} blocks of the chain. */
    void keep(long[] chain, int count) {
        for (int i = Math.min(count, chain.length) - 1; i >= 0; i--) {
            blocks.put(chain[i], Boolean.TRUE);
            if (blocks.size() > capacity) {
                Iterator<Long> eldest = blocks.keySet().iterator();
                eldest.next();
                eldest.remove();
            }
        }
    }

    /** Tokens held. */
    long tokens() {
        return (long) blocks.size() * PromptHasher.BLOCK_TOKENS;
    }

    long capacityTokens() {
        return (long) capacity * PromptHasher.BLOCK_TOKENS;
    }
}
