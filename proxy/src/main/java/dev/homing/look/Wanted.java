// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import org.jspecify.annotations.Nullable;

/**
 * What a look is for.
 *
 * @param keys null = no key
 * @param prompt null = nothing of the prompt
 */
public record Wanted(@Nullable BodyKeys keys, @Nullable OfPrompt prompt) {

    /**
     * What of a prompt.
     *
     * @param shape how the API that is called writes its prompts
     */
    public record OfPrompt(PromptShape shape, boolean identity, boolean opening) {}
}
