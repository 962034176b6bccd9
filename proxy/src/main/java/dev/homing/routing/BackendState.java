// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

/** What the operator wants of a backend, and what time has made of it. */
public enum BackendState {
    /** Takes new sessions. */
    READY,
    /** Serves the sessions it has, takes no new one. */
    DRAIN,
    /** Drained past its deadline: serves nothing more, and what was bound to it moves. */
    DRAINED,
    /** Serves nothing. */
    OFF
}
