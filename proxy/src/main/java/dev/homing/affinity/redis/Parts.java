// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What of a cluster answers by itself: its masters, each of which has some of the keys. One that is gone or hangs is not asked any more until it gives a
 * sign of life, so that it costs what it holds and no time.
 *
 * <pre>
 * ANSWERS -> SILENT   {@value #PATIENCE} questions in a row had no answer
 * SILENT  -> ANSWERS  an answer, which only signs of life get: nothing else is asked meanwhile
 * </pre>
 */
final class Parts {

    /** Questions without an answer, one after the other, by which a part is known to be silent. */
    static final int PATIENCE = 3;

    /** With that many, one falls to a part that has a single slot of the 16,384, but for one time in 200,000. */
    private static final int MOST_TRIED = 200_000;

    private final Supplier<Partitions> known;

    /** Questions without an answer since the last answer, by a part's id. Written by any thread. */
    private final ConcurrentHashMap<String, Integer> unanswered = new ConcurrentHashMap<>();

    /** @param known the cluster as it is when it is asked */
    Parts(Supplier<Partitions> known) {
        this.known = known;
    }

    /** Whose a key is; null when nobody's, as far as is known. */
    @Nullable String holder(String key) {
        RedisClusterNode node = known.get().getPartitionBySlot(SlotHash.getSlot(key));
        return node == null ? null : node.getNodeId();
    }

    /** Those that have keys. */
    List<RedisClusterNode> all() {
        return known.get().getPartitions().stream()
                .filter(node -> !node.hasNoSlots())
                .toList();
    }

    /**
     * The first of the numbered keys that is that part's, be there anything in it or not. All proxies come to the same as long as they know the same
     * cluster. None when the part has lost its slots meanwhile.
     */
    static Optional<String> keyOf(RedisClusterNode part, IntFunction<String> keys) {
        return IntStream.range(0, MOST_TRIED)
                .mapToObj(keys)
                .filter(key -> part.hasSlot(SlotHash.getSlot(key)))
                .findFirst();
    }

    boolean isSilent(String part) {
        return unanswered.getOrDefault(part, 0) >= PATIENCE;
    }

    void answered(String part) {
        unanswered.remove(part);
    }

    void failed(String part) {
        unanswered.merge(part, 1, Integer::sum);
    }

    /** Forgets those that are none any more. */
    void keep(Set<String> parts) {
        unanswered.keySet().retainAll(parts);
    }
}
