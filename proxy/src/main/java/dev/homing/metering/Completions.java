// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import static java.util.Map.entry;

import java.util.Map;

/**
 * OpenAI's chat completions and completions, as llama-server, vLLM and SGLang answer them, and llama-server's native completion, which
 * has {@code timings} only (its {@code tokens_cached} is the slot's fill, not a hit).
 */
final class Completions implements Dialect {

    static final Completions DIALECT = new Completions();

    private static final PathNode PATHS = Dialect.tree(Map.ofEntries(
            entry("usage.prompt_tokens", Field.PROMPT),
            entry("usage.completion_tokens", Field.COMPLETION),
            entry("usage.prompt_tokens_details.cached_tokens", Field.CACHED),
            entry("timings.cache_n", Field.TIMED_CACHED),
            entry("timings.prompt_n", Field.TIMED_EVALUATED),
            entry("timings.predicted_n", Field.TIMED_PREDICTED),
            entry("choices.[].delta.content", Field.CONTENT),
            entry("choices.[].delta.content.[]", Field.CONTENT),
            entry("choices.[].delta.reasoning_content", Field.CONTENT),
            entry("choices.[].delta.reasoning", Field.CONTENT),
            entry("choices.[].delta.refusal", Field.CONTENT),
            entry("choices.[].delta.tool_calls.[]", Field.CONTENT),
            entry("choices.[].delta.function_call", Field.CONTENT),
            entry("choices.[].text", Field.CONTENT),
            entry("content", Field.CONTENT)));

    private Completions() {}

    @Override
    public PathNode paths() {
        return PATHS;
    }

    @Override
    public Tally tally() {
        return new InclusiveTally();
    }
}
