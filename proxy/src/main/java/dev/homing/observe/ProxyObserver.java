// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import java.util.Locale;

/** Told by the data plane, on any event loop, what happens. Implementations neither block nor throw. */
public interface ProxyObserver {

    /** Ignores everything. */
    ProxyObserver NONE = new ProxyObserver() {};

    /** A request was routed; once a request. {@code keySource} is {@code header:name}, {@code body:path}, {@code prefix} or {@code none}. */
    default void routed(Pool pool, Decision decision, String keySource) {}

    /** A session was bound to another backend than before. */
    default void sessionMoved(Pool pool, SessionKey session, Backend to, MoveReason reason) {}

    /** A connection to a backend was made. */
    default void connected(Pool pool, Backend backend, long nanos) {}

    /** A request was sent again. */
    default void retried(Pool pool, RetryReason reason) {}

    /** A client left before its answer was complete. */
    default void clientAborted(Pool pool, AbortPhase phase) {}

    /** homing itself refused a request; {@code reason} is from {@code ProxyError}'s closed set. */
    default void rejected(String reason) {}

    /** A request ended, one way or another; once a request that had been routed, those included that homing makes of a client's. */
    default void finished(RequestSummary summary) {}

    /** A client's request ended, routed or not; once each. What was asked is lent for the time of the call. */
    default void ended(Asked asked, RequestSummary summary) {}

    /** It looks by now as if two conversations went by the id of one session; once a session. */
    default void sessionSuspected(Pool pool) {}

    /** A connection entered ({@code +1}) or left ({@code -1}) a state. */
    default void connection(Side side, ConnectionState state, int delta) {}

    enum Side {
        CLIENT,
        UPSTREAM;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    enum ConnectionState {
        ACTIVE,
        IDLE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    enum RetryReason {
        /** The backend could not be connected to. */
        CONNECT,
        /** A llama-server's 503 "Loading model". */
        LOADING,
        /** A reused connection had been closed by the backend. */
        STALE,
        /** {@code retry.unanswered}: the backend died before it began to answer. */
        UNANSWERED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    enum AbortPhase {
        QUEUE,
        PREFILL,
        STREAM;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
