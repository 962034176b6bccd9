// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.util.Locale;

/** Why a session was bound to another backend than before. */
public enum MoveReason {
    /** Its backend failed. */
    FAULT,
    /** Its backend was drained past its deadline. */
    DRAIN,
    /** Its backend was turned off, or left the configuration. */
    OFF,
    /** Its backend had far more work pending than another. */
    LOAD,
    /** Its first backend is back. */
    RETURNED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The label's spelling, such as {@code fault}. */
    public String label() {
        return label;
    }
}
