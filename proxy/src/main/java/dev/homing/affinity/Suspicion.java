// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

/**
 * Why it looks as if two conversations went by one session's id; at least one of the two.
 *
 * @param shrinking its prompts shrank
 * @param sideBySide prompts of different sizes were being answered at the same time
 */
public record Suspicion(boolean shrinking, boolean sideBySide) {}
