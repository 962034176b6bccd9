// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.simulate.TraceLine.Malformed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the file {@code NAME.meta.json} beside a trace tells.
 *
 * @param blockTokens of one prefix block; 0 = not told
 * @param sharedBlocks ids of blocks that every copy of the trace has in common
 */
record TraceMeta(int blockTokens, Set<Long> sharedBlocks) {

    static final TraceMeta NONE = new TraceMeta(0, Set.of());

    private static final String BLOCK_TOKENS = "block_tokens";
    private static final String SHARED = "shared_block_ids";

    TraceMeta {
        sharedBlocks = Set.copyOf(sharedBlocks);
    }

    /** What is told of that trace, {@link #NONE} when there is no such file. */
    static TraceMeta beside(Path trace) throws BadTrace {
        Path file = trace.resolveSibling(TraceReader.name(trace) + ".meta.json");
        if (!Files.exists(file)) {
            return NONE;
        }
        try {
            TraceLine json = JsonLine.parse(Files.readString(file), Set.of(BLOCK_TOKENS, SHARED));
            Set<Long> shared = json.has(SHARED)
                    ? Arrays.stream(json.numbers(SHARED)).boxed().collect(Collectors.toSet())
                    : Set.of();
            return new TraceMeta(Math.toIntExact(json.number(BLOCK_TOKENS, 1, Prompt.MOST_TOKENS)), shared);
        } catch (Malformed e) {
            throw new BadTrace(file + ": " + e.getMessage());
        } catch (IOException e) {
            throw new BadTrace(file + ": cannot be read: " + e.getMessage());
        }
    }
}
