// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recorded traffic.
 *
 * @param name for reports
 * @param blockTokens of one prefix block, {@code > 0}
 * @param blockCount numbers of blocks that occur: 0 up to this
 * @param sharedBlocks those that are the same in every copy of the trace
 * @param requests in order of their time
 */
record Trace(String name, int blockTokens, int blockCount, Set<Integer> sharedBlocks, List<Request> requests) {

    /** A hundred years, so that nanoseconds can be reckoned with. */
    static final long MOST_MILLIS = 36_525L * 24 * 3600 * 1000;

    Trace {
        sharedBlocks = Set.copyOf(sharedBlocks);
        requests = List.copyOf(requests);
    }

    /**
     * One request.
     *
     * @param session its id; null = it named none
     * @param turn within the session; those of one session are in this order
     * @param millis when it came, 0 to {@link #MOST_MILLIS}
     */
    record Request(@Nullable String session, long turn, long millis, Prompt prompt) {}
}
