// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import org.jspecify.annotations.Nullable;

/**
 * One generation on its way through an {@link Engine}. Only the engine writes it, on its event loop.
 *
 * <pre>
 * WAITING --a slot is free--> PREFILL --prompt read--> DECODE --last token--> DONE
 *    any but DONE --client gone--> CANCELLED
 * </pre>
 */
final class Generation {

    /** Where it is. {@code PREFILL} includes the wait for the requests whose prompts are read before. */
    enum Phase {
        WAITING,
        PREFILL,
        DECODE,
        DONE,
        CANCELLED
    }

    /** Who asked; called on the engine's event loop. */
    interface Listener {

        /** A slot works on it from now on. */
        void slotTaken();

        /** Its prompt is being read, less the {@code cached} tokens. */
        void prefillStarted(long cached);

        /** The next token's text. */
        void token(String text);

        void finished();

        /** Whether another token can be delivered; {@link Engine#resume} says when again. */
        boolean writable();
    }

    final Prompt prompt;
    final int answerTokens;
    final @Nullable String nonce;
    final Listener listener;
    final long promptTokens;
    final long promptDigest;

    Phase phase = Phase.WAITING;
    long cached;
    long processed;
    int produced;
    long prefillStarted;
    long decodeStarted;
    long ended;
    boolean paused;
    EngineClock.@Nullable Timer timer;

    /** @param answerTokens {@code > 0} */
    Generation(Prompt prompt, int answerTokens, @Nullable String nonce, Listener listener) {
        this.prompt = prompt;
        this.answerTokens = answerTokens;
        this.nonce = nonce;
        this.listener = listener;
        this.promptTokens = prompt.tokens();
        this.promptDigest = prompt.digest();
    }

    boolean over() {
        return phase == Phase.DONE || phase == Phase.CANCELLED;
    }
}
