// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

/** What can be found at a path of a JSON document: one of the numbers that usage is made of, or generated content. */
enum Field {
    /** Prompt tokens; whether cached ones are among them is the dialect's matter. */
    PROMPT,
    /** Generated tokens. */
    COMPLETION,
    /** Prompt tokens that came from the cache. */
    CACHED,
    /** Prompt tokens written to the cache, where a dialect counts them apart from {@link #PROMPT}. */
    CACHE_WRITTEN,
    /** llama-server's {@code timings.cache_n}. */
    TIMED_CACHED,
    /** llama-server's {@code timings.prompt_n}: prompt tokens that were evaluated, not those from the cache. */
    TIMED_EVALUATED,
    /** llama-server's {@code timings.predicted_n}. */
    TIMED_PREDICTED,
    /** Generated text (when it is a string that is not empty) or a piece of a tool call (when it is an object). */
    CONTENT
}
