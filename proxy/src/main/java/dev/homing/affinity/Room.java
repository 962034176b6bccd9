// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which backends have room for one more request, as of now; any thread. */
@FunctionalInterface
public interface Room {

    /** Backends that always have room. */
    Room PLENTY = pool -> Set.of();

    /** The slots of those that have none. */
    Set<Integer> full(Pool pool);

    /** Whether that one has room. */
    default boolean isIn(Pool pool, Backend backend) {
        return !full(pool).contains(backend.slot());
    }

    /** Those that will not do, and those that have no room. */
    default Set<Integer> without(Pool pool, Set<Integer> triedSlots) {
        Set<Integer> full = full(pool);
        if (full.isEmpty()) {
            return triedSlots;
        }
        Set<Integer> both = new HashSet<>(triedSlots);
        both.addAll(full);
        return both;
    }

    /** What is chosen among those that have room; among all, one of which has to be waited for then, when nobody has. */
    default @Nullable Backend preferred(
            Pool pool, Set<Integer> triedSlots, Function<Set<Integer>, @Nullable Backend> choice) {
        Set<Integer> out = without(pool, triedSlots);
        Backend roomy = out.size() == triedSlots.size() ? null : choice.apply(out);
        return roomy == null ? choice.apply(triedSlots) : roomy;
    }
}
