// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

/**
 * Something that an operator should know of a backend or a pool.
 *
 * @param weight how much it matters
 * @param text half a sentence
 */
public record Remark(Weight weight, String text) {

    /** How much it matters. */
    public enum Weight {

        /** Something will not do what the configuration says, or not as well as it could by far. */
        WARNING,

        /** It may be meant. */
        ADVICE
    }

    static Remark warning(String text) {
        return new Remark(Weight.WARNING, text);
    }

    static Remark advice(String text) {
        return new Remark(Weight.ADVICE, text);
    }
}
