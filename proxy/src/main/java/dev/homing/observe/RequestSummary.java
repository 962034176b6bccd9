// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.metering.Usage;
import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import org.jspecify.annotations.Nullable;

/**
 * One finished request.
 *
 * @param origin whose it was
 * @param route where it went, null when homing answered it before it was routed
 * @param ending how it ended for the client
 * @param timing how long it took
 * @param tokens what the engine told
 * @param traffic what it moved
 */
public record RequestSummary(
        Origin origin, @Nullable Route route, Ending ending, Timing timing, Tokens tokens, Traffic traffic) {

    /** Of a request that was not routed. */
    public static RequestSummary unrouted(@Nullable String key, Ending ending, long totalNanos, Traffic traffic) {
        return new RequestSummary(Origin.of(key), null, ending, new Timing(totalNanos, -1), Tokens.NONE, traffic);
    }

    /**
     * Whose a request was.
     *
     * @param key the name of the API key that the client showed, null when none was asked for
     * @param session null when it named none
     * @param keySource what the session was read from, as {@link ProxyObserver#routed} tells it; null when nobody looked
     */
    public record Origin(
            @Nullable String key,
            @Nullable SessionKey session,
            @Nullable String keySource) {

        /** Of a client that showed that key, or none. */
        public static Origin of(@Nullable String key) {
            return new Origin(key, null, null);
        }
    }

    /**
     * Pool, backend and why.
     *
     * @param backend the last one it was sent to, null when there was none
     */
    public record Route(Pool pool, @Nullable Backend backend, Decision decision) {}

    /**
     * How it ended.
     *
     * @param status the HTTP status that the client was sent, 0 when none was
     * @param clientGone whether the client left before the answer was complete
     * @param error the code of the error that homing answered with, or what broke an answer off; null when all went well
     */
    public record Ending(
            int status, boolean clientGone, @Nullable String error) {

        /** What is told as the error of a client that left. */
        public static final String CLIENT_GONE = "client_gone";

        /** The whole answer of a backend, whatever its status. */
        public static Ending whole(int status) {
            return new Ending(status, false, null);
        }

        /** The client left, after that status or before any. */
        public static Ending left(int status) {
            return new Ending(status, true, CLIENT_GONE);
        }

        /** Broken off, or refused by homing. */
        public static Ending failed(int status, String error) {
            return new Ending(status, false, error);
        }
    }

    /**
     * Durations.
     *
     * @param totalNanos from the request's head to the end of its answer
     * @param firstTokenNanos from the request's head to its first content token, -1 when none was seen
     * @param queueNanos in the queue for a full backend, 0 when it did not have to wait
     * @param connectNanos while connections to backends were being made, those in vain included, 0 when there was one
     */
    public record Timing(long totalNanos, long firstTokenNanos, long queueNanos, long connectNanos) {

        /** Of a request that did not have to wait. */
        public Timing(long totalNanos, long firstTokenNanos) {
            this(totalNanos, firstTokenNanos, 0, 0);
        }
    }

    /**
     * Token usage.
     *
     * @param expected whether the request was one whose answer tells usage (a generation that ended with 2xx)
     * @param usage null when none was told
     */
    public record Tokens(boolean expected, @Nullable Usage usage) {

        /** Of an answer that tells no tokens and was not expected to. */
        public static final Tokens NONE = new Tokens(false, null);
    }

    /**
     * Bytes, and how often they were sent.
     *
     * @param bytesIn of the request's body that came from the client, {@code >= 0}
     * @param bytesOut of the body of a backend's answer that were passed on, {@code >= 0}
     * @param retries how often the request was sent again, {@code >= 0}
     */
    public record Traffic(long bytesIn, long bytesOut, int retries) {

        /** Nothing was moved. */
        public static final Traffic NONE = new Traffic(0, 0, 0);
    }

    /** The HTTP status that the client was sent, 0 when none was. */
    public int status() {
        return ending.status();
    }

    /** Whether the client left before the answer was complete. */
    public boolean clientGone() {
        return ending.clientGone();
    }
}
