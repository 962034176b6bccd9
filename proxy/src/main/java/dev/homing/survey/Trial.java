// SPDX-License-Identifier: Apache-2.0
package dev.homing.survey;

/** What answers to a prompt that was sent twice showed. */
public sealed interface Trial {

    /**
     * It answered both times.
     *
     * @param prompt tokens of the prompt, {@link #UNTOLD} when the second answer did not tell
     * @param cached how many of them it said were in its cache the second time, {@link #UNTOLD} when it did not tell
     * @param streams whether a stream told usage without having been asked to
     */
    record Answered(long prompt, long cached, boolean streams) implements Trial {}

    /**
     * It refused, was not reached, or was not asked.
     *
     * @param why half a sentence for people
     */
    record Failed(String why) implements Trial {}

    /** In place of a number of tokens. */
    long UNTOLD = -1;
}
