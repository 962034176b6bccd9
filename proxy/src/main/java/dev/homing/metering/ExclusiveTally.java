// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import org.jspecify.annotations.Nullable;

/**
 * Where prompt tokens are told in parts that exclude each other (Anthropic): read from the cache, written to it, neither. A llama-server
 * tells the parts in {@code message_start}; vLLM tells the whole prompt there as if none were cached, and the parts in
 * {@code message_delta}. So an event that tells {@code input_tokens} tells the prompt anew, and one that does not leaves it alone.
 */
final class ExclusiveTally implements Tally {

    private long prompt = Told.NOTHING;
    private long cached = Usage.UNKNOWN;
    private long completion;

    @Override
    public void document(Told told) {
        if (told.has(Field.PROMPT)) {
            prompt = told.value(Field.PROMPT) + told.valueOrZero(Field.CACHED) + told.valueOrZero(Field.CACHE_WRITTEN);
            cached = told.has(Field.CACHED) ? told.value(Field.CACHED) : Usage.UNKNOWN;
        }
        if (told.has(Field.COMPLETION)) {
            completion = told.value(Field.COMPLETION);
        }
    }

    @Override
    public @Nullable Usage usage() {
        return prompt == Told.NOTHING ? null : Tally.usage(prompt, cached, completion);
    }
}
