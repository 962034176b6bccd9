// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import dev.homing.loop.Deadlines;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Idle connections of one event loop to one endpoint; the one used last is taken first, so that the rest can time out. Confined to its
 * event loop.
 */
final class ConnectionPool {

    private final Endpoint endpoint;
    private final Duration idleTimeout;
    private final Deadlines deadlines;
    private final Deque<UpstreamConnection> idle = new ArrayDeque<>();
    private boolean retired;

    /** @param idleTimeout well below the 5 s after which both kinds of backend close their side */
    ConnectionPool(Endpoint endpoint, Duration idleTimeout, Deadlines deadlines) {
        this.endpoint = endpoint;
        this.idleTimeout = idleTimeout;
        this.deadlines = deadlines;
    }

    boolean serves(Endpoint wanted, Duration timeout) {
        return endpoint.equals(wanted) && idleTimeout.equals(timeout);
    }

    Duration idleTimeout() {
        return idleTimeout;
    }

    Deadlines deadlines() {
        return deadlines;
    }

    /** The connection that became idle last and is still open, null when there is none. */
    @Nullable UpstreamConnection poll() {
        UpstreamConnection connection = idle.pollFirst();
        while (connection != null && !connection.active()) {
            connection = idle.pollFirst();
        }
        return connection;
    }

    void push(UpstreamConnection connection) {
        idle.addFirst(connection);
        if (retired) {
            connection.close();
        }
    }

    void remove(UpstreamConnection connection) {
        idle.remove(connection);
    }

    /** Closes what is idle, and what becomes idle later. */
    void retire() {
        retired = true;
        for (UpstreamConnection connection : idle.toArray(UpstreamConnection[]::new)) {
            connection.close();
        }
    }
}
