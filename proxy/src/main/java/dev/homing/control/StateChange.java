// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import java.util.List;

/** What came of an operator's wish for a backend's state. */
public sealed interface StateChange {

    /** Done. */
    record Changed(BackendView backend) implements StateChange {}

    /** No such backend. */
    record NotFound() implements StateChange {}

    /** Several pools have a backend of that id: one of them has to be named. */
    record Ambiguous(List<String> pools) implements StateChange {

        public Ambiguous {
            pools = List.copyOf(pools);
        }
    }
}
