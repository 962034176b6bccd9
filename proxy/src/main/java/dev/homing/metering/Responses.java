// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import static java.util.Map.entry;

import java.util.Map;

/**
 * OpenAI's responses: usage at the top of a whole answer, and within {@code response} in the stream's {@code response.completed}. All
 * pieces of text, reasoning and tool arguments stream as events with a {@code delta} string.
 */
final class Responses implements Dialect {

    static final Responses DIALECT = new Responses();

    private static final PathNode PATHS = Dialect.tree(Map.ofEntries(
            entry("usage.input_tokens", Field.PROMPT),
            entry("usage.output_tokens", Field.COMPLETION),
            entry("usage.input_tokens_details.cached_tokens", Field.CACHED),
            entry("response.usage.input_tokens", Field.PROMPT),
            entry("response.usage.output_tokens", Field.COMPLETION),
            entry("response.usage.input_tokens_details.cached_tokens", Field.CACHED),
            entry("timings.cache_n", Field.TIMED_CACHED),
            entry("timings.prompt_n", Field.TIMED_EVALUATED),
            entry("timings.predicted_n", Field.TIMED_PREDICTED),
            entry("delta", Field.CONTENT)));

    private Responses() {}

    @Override
    public PathNode paths() {
        return PATHS;
    }

    @Override
    public Tally tally() {
        return new InclusiveTally();
    }
}
