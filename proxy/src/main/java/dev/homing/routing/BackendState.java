// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

/** What the operator wants of a backend. */
public enum BackendState {
    /** Takes new sessions. */
    READY,
    /** Serves the sessions it has, takes no new one. */
    DRAIN,
    /** Serves nothing. */
    OFF
}
