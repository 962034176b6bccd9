// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import java.util.Locale;

/** Why a backend came to be as it is: a closed set, used as a label and in the log. */
public enum Cause {
    /** Probes: {@code fall} bad ones in a row, or the first one ever, good or bad. */
    PROBE,
    /** A probe's connection was refused. */
    REFUSED,
    /** A probe was answered 503. */
    UNAVAILABLE,
    /** It said that its model is still loading. */
    LOADING,
    /** Too many faults of real requests. */
    EJECTED,
    /** Good again after it had been out. */
    RECOVERED,
    /** An operator said so. */
    OPERATOR,
    /** The deadline of a drain passed. */
    DEADLINE,
    /** A new configuration says so. */
    RELOAD,
    /** The name that it is a replica of stands for it, or does no longer. */
    DISCOVERY;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The label's spelling, such as {@code recovered}. */
    public String label() {
        return label;
    }
}
