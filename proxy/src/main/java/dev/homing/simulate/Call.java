// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.routing.SessionKey;
import org.jspecify.annotations.Nullable;

/** One request that is replayed. */
final class Call {

    private final int session;
    private final @Nullable SessionKey key;
    private final long recordedNanos;
    private final Prompt prompt;

    /**
     * @param session number of its session, {@code >= 0}
     * @param key its session as the router knows it; null = the request names none
     * @param recordedNanos when it came, at the earliest when the session's request before it is done
     */
    Call(int session, @Nullable SessionKey key, long recordedNanos, Prompt prompt) {
        this.session = session;
        this.key = key;
        this.recordedNanos = recordedNanos;
        this.prompt = prompt;
    }

    int session() {
        return session;
    }

    @Nullable SessionKey key() {
        return key;
    }

    long recordedNanos() {
        return recordedNanos;
    }

    long promptTokens() {
        return prompt.tokens();
    }

    long outputTokens() {
        return prompt.outputTokens();
    }

    /** Numbers of the prompt's blocks, in order. Shared: nobody changes them. */
    int[] blocks() {
        return prompt.blocks();
    }
}
