// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

/**
 * What is replayed: the sessions of a trace, or of several copies of it that have nothing in common but the blocks that the trace says all share.
 *
 * @param sessions the calls of each, in order; no session is empty
 * @param fromNanos the first recorded time
 * @param toNanos the last one
 */
record Workload(List<List<Call>> sessions, int blockTokens, long fromNanos, long toNanos) {

    /** The pool's name that sessions are hashed with. */
    static final String POOL = "simulated";

    /** How far each session of a further copy is shifted at most, either way. */
    private static final long MOST_SHIFT = TimeUnit.SECONDS.toNanos(60);

    Workload {
        sessions = List.copyOf(sessions);
    }

    /**
     * That many copies of a trace; the first one is as it was recorded.
     *
     * @param seed of the shifts, and of the sessions' hashes
     */
    static Workload of(Trace trace, int copies, long seed) {
        long[] nanos = spread(trace.requests());
        SipHash hash = SipHash.ofSeed("simulate-" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<List<Call>> sessions = new ArrayList<>();
        for (int copy = 0; copy < copies; copy++) {
            int shift = Math.multiplyExact(copy, trace.blockCount());
            IntUnaryOperator number = block -> trace.sharedBlocks().contains(block) ? block : block + shift;
            for (List<Integer> turns : bySession(trace.requests())) {
                long later = copy == 0 ? 0 : random.nextLong(-MOST_SHIFT, MOST_SHIFT + 1);
                List<Call> calls = new ArrayList<>(turns.size());
                for (int index : turns) {
                    Trace.Request request = trace.requests().get(index);
                    Prompt prompt =
                            copy == 0 ? request.prompt() : request.prompt().renumbered(number);
                    SessionKey key = request.session() == null
                            ? null
                            : hash.key(POOL, (copy + "/" + request.session()).getBytes(StandardCharsets.UTF_8));
                    calls.add(new Call(sessions.size(), key, nanos[index] + later, prompt));
                }
                sessions.add(calls);
            }
        }
        return new Workload(
                sessions,
                trace.blockTokens(),
                sessions.stream().mapToLong(s -> s.get(0).recordedNanos()).min().orElse(0),
                sessions.stream()
                        .mapToLong(s -> s.get(s.size() - 1).recordedNanos())
                        .max()
                        .orElse(0));
    }

    /** All calls there are. */
    int size() {
        return sessions.stream().mapToInt(List::size).sum();
    }

    /**
     * The times of requests in nanoseconds, with those that are recorded at the same time spread evenly up to the next time, because a clock that
     * ticks coarsely is no burst. The last ones are spread as far as those before them.
     */
    static long[] spread(List<Trace.Request> requests) {
        long[] nanos = new long[requests.size()];
        long gap = 0;
        int begin = 0;
        while (begin < nanos.length) {
            long millis = requests.get(begin).millis();
            int end = begin;
            while (end < nanos.length && requests.get(end).millis() == millis) {
                end++;
            }
            gap = end < nanos.length
                    ? TimeUnit.MILLISECONDS.toNanos(requests.get(end).millis() - millis)
                    : gap;
            for (int i = begin; i < end; i++) {
                nanos[i] = TimeUnit.MILLISECONDS.toNanos(millis) + (long) ((double) gap * (i - begin) / (end - begin));
            }
            begin = end;
        }
        return nanos;
    }

    /** Positions of each session's requests, by turn; a request without a session is a session of its own. */
    private static List<List<Integer>> bySession(List<Trace.Request> requests) {
        Map<Object, List<Integer>> sessions = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            String session = requests.get(i).session();
            sessions.computeIfAbsent(session == null ? i : session, s -> new ArrayList<>())
                    .add(i);
        }
        sessions.values()
                .forEach(turns -> turns.sort((a, b) ->
                        Long.compare(requests.get(a).turn(), requests.get(b).turn())));
        return List.copyOf(sessions.values());
    }
}
