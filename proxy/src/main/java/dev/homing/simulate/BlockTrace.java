// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.simulate.TraceLine.Malformed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A trace whose lines list the prefix blocks of each prompt: {@code t_ms, session, turn, input_tokens, output_tokens, blocks}. The blocks' ids are
 * renumbered densely, from 0.
 */
final class BlockTrace implements TraceFormat {

    private final List<Trace.Request> requests = new ArrayList<>();
    private final Map<Long, Integer> numbers = new HashMap<>();

    /** Tokens that a block must hold, if blocks shall cover each prompt. */
    private long leastBlockTokens = 1;

    @Override
    public void add(TraceLine line) throws Malformed {
        long tokens = line.number("input_tokens", 1, Prompt.MOST_TOKENS);
        int[] blocks = LongStream.of(line.numbers("blocks"))
                .mapToInt(id -> numbers.computeIfAbsent(id, i -> numbers.size()))
                .toArray();
        if (blocks.length > 0) {
            leastBlockTokens = Math.max(leastBlockTokens, (tokens + blocks.length - 1) / blocks.length);
        }
        requests.add(new Trace.Request(
                line.text("session"),
                line.has("turn") ? line.number("turn", 0, Integer.MAX_VALUE) : requests.size(),
                line.number("t_ms", 0, Trace.MOST_MILLIS),
                new Prompt(tokens, line.number("output_tokens", 0, Prompt.MOST_TOKENS), blocks)));
    }

    @Override
    public int size() {
        return requests.size();
    }

    /** Where nothing is told of the blocks' size, it is the least power of two that lets them cover every prompt. */
    @Override
    public Trace trace(String name, TraceMeta meta) {
        long guess = Long.highestOneBit(2 * leastBlockTokens - 1);
        requests.sort(Comparator.comparingLong(Trace.Request::millis));
        return new Trace(
                name,
                meta.blockTokens() > 0 ? meta.blockTokens() : Math.toIntExact(guess),
                numbers.size(),
                meta.sharedBlocks().stream()
                        .map(numbers::get)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet()),
                requests);
    }
}
