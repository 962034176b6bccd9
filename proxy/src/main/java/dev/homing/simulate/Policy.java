// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A way to route, as it is named on the command line. */
public enum Policy {
    ROUND_ROBIN("round_robin"),
    LEAST_INFLIGHT("least_inflight"),
    RENDEZVOUS("rendezvous"),
    LOAD_AWARE("load_aware"),
    LOAD_AWARE_RELIEF("load_aware+relief"),
    LOAD_AWARE_PREFIX("load_aware+prefix"),
    /** Knows every cache and every queue: what no gateway can know. */
    ORACLE("oracle");

    private final String label;

    Policy(String label) {
        this.label = label;
    }

    /** Its name on the command line. */
    public String label() {
        return label;
    }

    /** The policy of that name, null when there is none. */
    public static @Nullable Policy named(String label) {
        for (Policy policy : values()) {
            if (policy.label.equals(label.toLowerCase(Locale.ROOT))) {
                return policy;
            }
        }
        return null;
    }
}
