// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import org.jspecify.annotations.Nullable;

/**
 * How a conversation begins, as SHA-256 hashes in hex digits: what was said is not kept. Proxies of a fleet have to agree on them, so what they are made of
 * stays the same for ever.
 *
 * @param identity of model, system prompt and first user message, which all turns of a conversation share; null when no user has said
 *     anything
 * @param opening of the prompt's first 8 KiB, which conversations over one document or system prompt share; null when there is no text
 */
public record Prompt(@Nullable String identity, @Nullable String opening) {}
