// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of a request's body make a token of its prompt in one pool: 4 at first, then learned from the prompt tokens that answers tell. A
 * running mean in which each token weighs the same, so that a long prompt says more than a short one, whose JSON is mostly
 * punctuation. Any loop may read and write it; two answers at the same moment both count.
 */
public final class BytesPerToken {

    /** What English prose has, about. */
    public static final double AT_FIRST = 4;

    /** Fewer bytes than this make no token: some are left over for JSON and roles. */
    static final double LEAST = 1;

    /** No text has more; what does is an image in base64, of which one answer shall not spoil the estimate of all others. */
    static final double MOST = 16;

    /** The tokens that the mean looks back on, about: a long prompt or some dozens of short ones. */
    private static final double MEMORY = 100_000;

    /** The ratio's bits. Written by any loop, by compare-and-set. */
    private final AtomicLong bits = new AtomicLong(Double.doubleToRawLongBits(AT_FIRST));

    /** Bytes a token, between {@value #LEAST} and {@value #MOST}. */
    public double get() {
        return Double.longBitsToDouble(bits.getPlain());
    }

    /**
     * Learns from one answer.
     *
     * @param bodyBytes of the request, {@code >= 0}
     * @param promptTokens as the engine told, cached ones included; 0 or less says nothing
     */
    public void learn(long bodyBytes, long promptTokens) {
        if (bodyBytes <= 0 || promptTokens <= 0) {
            return;
        }
        double told = Math.min(MOST, Math.max(LEAST, (double) bodyBytes / promptTokens));
        double share = promptTokens / (promptTokens + MEMORY);
        long before;
        double after;
        do {
            before = bits.get();
            double known = Double.longBitsToDouble(before);
            after = known + share * (told - known);
        } while (!bits.compareAndSet(before, Double.doubleToRawLongBits(after)));
    }
}
