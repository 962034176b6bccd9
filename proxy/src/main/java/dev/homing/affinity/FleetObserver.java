// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import java.util.Locale;

/** Told how a proxy and its fleet's shared table get along, on any thread. */
public interface FleetObserver {

    /** What was asked for, as a metric's label. */
    enum Operation {
        /** Where a new session goes. */
        PLACE,
        /** Where a session goes that leaves its backend. */
        MOVE,
        /** Whether it is as it was; keeps a session in use from being forgotten. */
        REFRESH,
        /** That a session be forgotten. */
        FORGET;

        private final String label = name().toLowerCase(Locale.ROOT);

        public String label() {
            return label;
        }
    }

    /** What came of it, as a metric's label. */
    enum Result {
        /** As it was asked for. */
        AGREED,
        /** Another proxy's binding stands. */
        OTHER,
        /** No answer came in time. */
        TIMEOUT,
        /** The table does not do it. */
        REFUSED,
        /** Nobody is there, or nobody was asked because nobody has answered lately. */
        AWAY;

        private final String label = name().toLowerCase(Locale.ROOT);

        public String label() {
            return label;
        }

        static Result of(SharedTable.Kind fault) {
            return switch (fault) {
                case TIMEOUT -> TIMEOUT;
                case REFUSED -> REFUSED;
                case AWAY -> AWAY;
            };
        }
    }

    void asked(Operation operation, Result result);

    /** The table is there; told at the change. */
    void up();

    /** It is not; told at the change, and at the start. */
    void away(String reason);
}
