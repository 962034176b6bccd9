// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Traces for tests. Blocks have 100 tokens. */
final class Traces {

    static final int BLOCK_TOKENS = 100;

    private Traces() {}

    static Trace of(Trace.Request... requests) {
        return new Trace("test", BLOCK_TOKENS, 1000, Set.of(), List.of(requests));
    }

    /** A request of 100 tokens a block. */
    static Trace.Request request(String session, int turn, long millis, long outputTokens, int... blocks) {
        return new Trace.Request(
                session, turn, millis, new Prompt((long) blocks.length * BLOCK_TOKENS, outputTokens, blocks));
    }

    /**
     * Conversations that begin over ten minutes. Each turn adds some blocks to the history; what a person needs to read and write lies between
     * them. Some are much longer than others.
     */
    static Trace conversations(int sessions, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Trace.Request> requests = new ArrayList<>();
        int blocks = 0;
        for (int session = 0; session < sessions; session++) {
            long millis = random.nextLong(600_000);
            int first = blocks;
            int turns = random.nextInt(1, 12);
            int size = random.nextInt(8) == 0 ? 200 : 20;
            for (int turn = 1; turn <= turns; turn++) {
                blocks += random.nextInt(1, size);
                requests.add(request(
                        "s" + session,
                        turn,
                        millis,
                        random.nextInt(10, 400),
                        IntStream.range(first, blocks).toArray()));
                millis += random.nextLong(5_000, 60_000);
            }
        }
        requests.sort(Comparator.comparingLong(Trace.Request::millis));
        return new Trace("conversations", BLOCK_TOKENS, blocks, Set.of(), requests);
    }
}
