// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** How one protocol in one dialect tells an answer, streamed or whole. */
interface Shape {

    /** A slot works on it; only the head of a stream has left. */
    default void started(Answer answer, Frames out) {}

    /** How much of the prompt was cached is known; the rest is being read. */
    default void prefillStarted(Answer answer, Frames out) {}

    /** One more token, already counted and part of the answer's text. */
    void token(Answer answer, String text, Frames out);

    /** What follows the last token. */
    void finished(Answer answer, Frames out);

    /** What is in the stream's very last chunk, after {@link #finished}. */
    default void last(Frames out) {
        out.done();
    }

    ObjectNode whole(Answer answer);
}
