// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the process binds and how it runs.
 *
 * @param listen at least one listener
 * @param admin the admin listener, null when it is turned off ({@code admin: none})
 * @param adminToken the bearer token of the admin API and dashboard, null when none is asked for
 * @param threads event loops; 0 = one per core
 * @param drainTimeout how long streams may go on after SIGTERM
 */
public record Server(
        List<Listener> listen,
        @Nullable Address admin,
        @Nullable Secret adminToken,
        Io io,
        int threads,
        Duration drainTimeout) {

    public Server {
        listen = List.copyOf(listen);
    }

    /** The transport that moves the bytes. */
    public enum Io {
        AUTO,
        IO_URING,
        EPOLL,
        NIO
    }
}
