// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import java.util.Locale;

/** What the operator's wish and a backend's health come to. */
public enum Standing {
    /** Healthy and ready. */
    UP,
    /** Not healthy. */
    DOWN,
    /** Healthy, for the sessions that it has. */
    DRAIN,
    /** Turned off, drained past its deadline, or gone from the configuration. */
    OFF;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The label's spelling, such as {@code drain}. */
    public String label() {
        return label;
    }
}
