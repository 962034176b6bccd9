// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.metering.Usage;
import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.Pool;
import org.jspecify.annotations.Nullable;

/**
 * One finished request.
 *
 * @param key the name of the API key that the client showed, null when none was asked for
 * @param route where it went
 * @param status the HTTP status that the client was sent, 0 when none was
 * @param clientGone whether the client left before the answer was complete
 * @param timing how long it took
 * @param tokens what the engine told
 */
public record RequestSummary(
        @Nullable String key, Route route, int status, boolean clientGone, Timing timing, Tokens tokens) {

    /**
     * Pool, backend and why.
     *
     * @param backend the last one it was sent to, null when there was none
     */
    public record Route(Pool pool, @Nullable Backend backend, Decision decision) {}

    /**
     * Durations.
     *
     * @param totalNanos from the request's head to the end of its answer
     * @param firstTokenNanos from the request's head to its first content token, -1 when none was seen
     * @param queueNanos in the queue for a full backend, 0 when it did not have to wait
     */
    public record Timing(long totalNanos, long firstTokenNanos, long queueNanos) {

        /** Of a request that did not have to wait. */
        public Timing(long totalNanos, long firstTokenNanos) {
            this(totalNanos, firstTokenNanos, 0);
        }
    }

    /**
     * Token usage.
     *
     * @param expected whether the request was one whose answer tells usage (a generation that ended with 2xx)
     * @param usage null when none was told
     */
    public record Tokens(boolean expected, @Nullable Usage usage) {}
}
