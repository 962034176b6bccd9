// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

/**
 * How large a request's prompt is, as far as a gateway can tell that does not tokenize: the bytes of its body, and how many of them make a
 * token.
 *
 * @param bytes {@code >= 0}; 0 = not known, which is so of a chunked body that has not come yet
 * @param bytesPerToken {@code > 0}
 */
public record PromptSize(long bytes, double bytesPerToken) {

    public static final PromptSize UNKNOWN = new PromptSize(0, BytesPerToken.AT_FIRST);

    public PromptSize {
        if (bytes < 0 || !(bytesPerToken > 0)) {
            throw new IllegalArgumentException(
                    "bytes, bytesPerToken: " + bytes + ", " + bytesPerToken + " (expected: >= 0, > 0)");
        }
    }

    /** Estimated tokens of the whole prompt. */
    public long tokens() {
        return tokens(bytes);
    }

    /** Estimated tokens of a part of the prompt, or of another one like it. */
    long tokens(long partBytes) {
        return Math.round(partBytes / bytesPerToken);
    }

    /** The same prompt, when more is known of it. */
    PromptSize of(long knownBytes) {
        return new PromptSize(knownBytes, bytesPerToken);
    }
}
