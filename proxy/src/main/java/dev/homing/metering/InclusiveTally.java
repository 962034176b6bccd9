// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import org.jspecify.annotations.Nullable;

/**
 * Where prompt tokens include the cached ones (OpenAI). A llama-server's {@code timings} stand in for a {@code usage} that does not come
 * (a stream without {@code include_usage}), and for cached tokens that it leaves out (before 2026-03).
 */
final class InclusiveTally implements Tally {

    private long prompt = Told.NOTHING;
    private long cached = Usage.UNKNOWN;
    private long completion;
    private long timedPrompt = Told.NOTHING;
    private long timedCached = Usage.UNKNOWN;
    private long timedCompletion;

    @Override
    public void document(Told told) {
        if (told.has(Field.PROMPT)) {
            prompt = told.value(Field.PROMPT);
            completion = told.valueOrZero(Field.COMPLETION);
        }
        if (told.has(Field.CACHED)) {
            cached = told.value(Field.CACHED);
        }
        // without cache_n (before 2025-09) prompt_n is only what was evaluated, and the prompt's length is not known
        if (told.has(Field.TIMED_CACHED) && told.has(Field.TIMED_EVALUATED)) {
            timedCached = told.value(Field.TIMED_CACHED);
            timedPrompt = timedCached + told.value(Field.TIMED_EVALUATED);
            timedCompletion = told.valueOrZero(Field.TIMED_PREDICTED);
        }
    }

    @Override
    public @Nullable Usage usage() {
        if (prompt != Told.NOTHING) {
            return Tally.usage(prompt, cached != Usage.UNKNOWN ? cached : timedCached, completion);
        }
        return timedPrompt == Told.NOTHING ? null : Tally.usage(timedPrompt, timedCached, timedCompletion);
    }
}
