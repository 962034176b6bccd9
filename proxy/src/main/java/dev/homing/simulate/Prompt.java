// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** What a request asks, as far as a cache cares: how long it is, which blocks it is made of, and how long the answer is. */
final class Prompt {

    /** More than any model reads or writes at once. */
    static final long MOST_TOKENS = 100_000_000;

    private final long tokens;
    private final long outputTokens;
    private final int[] blocks;

    /**
     * @param tokens of the whole prompt, {@code > 0}
     * @param outputTokens {@code >= 0}
     * @param blocks taken over; dense numbers from 0: two prompts share a prefix exactly as far as their blocks agree
     */
    Prompt(long tokens, long outputTokens, int[] blocks) {
        this.tokens = tokens;
        this.outputTokens = outputTokens;
        this.blocks = blocks;
    }

    long tokens() {
        return tokens;
    }

    long outputTokens() {
        return outputTokens;
    }

    /** Shared: nobody changes them. */
    int[] blocks() {
        return blocks;
    }

    /** The same prompt, made of other blocks. */
    Prompt renumbered(IntUnaryOperator number) {
        return new Prompt(tokens, outputTokens, IntStream.of(blocks).map(number).toArray());
    }
}
