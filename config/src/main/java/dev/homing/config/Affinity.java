// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a session is recognised, where a new one is placed, what keeps it there, and the table that remembers. */
public record Affinity(Identity identity, Placement placement, Stickiness stickiness, Table table) {

    /**
     * What makes two requests one session.
     *
     * @param headers in order; the first that has a non-blank value is the session
     * @param bodyKeys dotted paths into a JSON body, used when no header matches
     */
    public record Identity(List<String> headers, List<String> bodyKeys, Scope scope) {
        public Identity {
            headers = List.copyOf(headers);
            bodyKeys = List.copyOf(bodyKeys);
        }
    }

    /**
     * Where a request goes that has no pin.
     *
     * @param slackTokens pending prompt tokens above the least loaded backend's that {@code load_aware} accepts, {@code >= 0}
     * @param relief a factor of the session's whole prompt, {@code > 0}; 0 = off
     */
    public record Placement(NoSession noSession, Policy policy, long slackTokens, Home home, double relief) {}

    /**
     * What a pin survives.
     *
     * @param idleTtl a session is forgotten this long after its last request ended
     */
    public record Stickiness(Duration idleTtl, OnUnhealthy onUnhealthy, OnReturn onReturn, WhenFull whenFull) {}

    /**
     * The one sticky table of the process.
     *
     * @param maxSessions hard bound, {@code > 0}
     * @param seed key of the session hash
     * @param snapshot file that keeps the table over a restart, null = none
     * @param share where the fleet's shared table is, null = none
     */
    public record Table(
            long maxSessions,
            Secret seed,
            @Nullable Path snapshot,
            @Nullable ShareAddress share) {}

    /** Whether a client's credential is a part of what names its session. */
    public enum Scope {
        NONE,
        AUTHORIZATION
    }

    /** Where a request goes that no session is known for. */
    public enum NoSession {
        ROUND_ROBIN,
        LEAST_PENDING,
        PREFIX
    }

    /** How a new session's backend is chosen. */
    public enum Policy {
        RENDEZVOUS,
        LOAD_AWARE
    }

    /** What a new session's rendezvous order is computed from. */
    public enum Home {
        SESSION,
        PREFIX
    }

    /** Where a session goes whose backend is out. */
    public enum OnUnhealthy {
        ROUND_ROBIN,
        PLACEMENT
    }

    /** What a session that had to move does once its first backend is healthy again. */
    public enum OnReturn {
        STAY,
        HOME
    }

    /** What a request does whose pinned backend has no room. */
    public enum WhenFull {
        WAIT,
        SPILL
    }
}
