// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.Locale;

/** What befalls the backends, or homing, while a trace is replayed. */
public enum Incident {
    NONE,
    /** One backend is lost when a third of the time is over, with its cache, and comes back empty after another third. */
    FAIL,
    /** One backend more from half time on. */
    SCALEOUT,
    /** At half time homing forgets where every session is bound. The backends notice nothing. */
    RESTART;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Its name on the command line and in JSON. */
    public String label() {
        return label;
    }

    /** When it happens, as a share of the trace's time. */
    double moment() {
        return this == FAIL ? 1.0 / 3 : 0.5;
    }
}
