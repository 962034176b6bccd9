// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import org.jspecify.annotations.Nullable;

/**
 * What a request's body asks for.
 *
 * @param model as written, null = not told
 * @param answer how the answer is wanted
 * @param nonce the word after the last message's {@code nonce:}, to start the answer with; null = none
 * @param previousResponse whether a stored response is referred to
 */
record GenerationRequest(
        @Nullable String model,
        Wanted answer,
        Prompt prompt,
        @Nullable String nonce,
        boolean previousResponse) {

    /** The same, with the nonce of a header if there is one. */
    GenerationRequest orNonce(@Nullable String header) {
        return header == null ? this : new GenerationRequest(model, answer, prompt, header, previousResponse);
    }

    /** @param maxTokens tokens to generate, 0 = as many as the engine likes */
    record Wanted(boolean stream, boolean includeUsage, int maxTokens) {}
}
