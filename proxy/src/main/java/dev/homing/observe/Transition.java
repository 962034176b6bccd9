// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.util.Locale;

/** What a backend has become. */
public enum Transition {
    /** Healthy. */
    UP,
    /** Not healthy. */
    DOWN,
    /** The operator lets it serve only the sessions it has. */
    DRAIN,
    /** The operator lets it serve nothing. */
    OFF;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The label's spelling, such as {@code up}. */
    public String label() {
        return label;
    }
}
