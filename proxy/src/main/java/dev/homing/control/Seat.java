// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.config.BackendConfig;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A backend that a pool has at the moment: one that the file gives, a replica of a name, or a name of which no replica is known yet.
 *
 * @param backend of a replica: with an id of its own, and called by what its name says
 * @param address where it is; null = where its URL says
 * @param presence how it came to be here
 */
record Seat(BackendConfig backend, @Nullable InetAddress address, Presence presence) {

    /** How long a backend is going to be here. */
    enum Presence {
        /** As long as the configuration says. */
        GIVEN,
        /** As long as it is among the replicas of its name. */
        FOUND,
        /** It is no longer: for the sessions that it has. */
        LEAVING,
        /** A name without replicas: it stands where they will be, and serves nothing. */
        AWAITED
    }

    static Seat given(BackendConfig backend) {
        return new Seat(backend, null, Presence.GIVEN);
    }
}
