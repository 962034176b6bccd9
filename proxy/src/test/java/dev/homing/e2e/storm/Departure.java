// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

/**
 * When a client leaves without having been answered, and how.
 *
 * @param reset whether by a reset, else in good order
 * @param after milliseconds before it leaves, or bytes of an answer's body that it takes before
 */
record Departure(When when, boolean reset, int after) {

    /** Most stay. */
    private static final int LEAVE_PERCENT = 25;

    enum When {
        /** It stays. */
        NEVER,
        IN_HEAD,
        IN_BODY,
        /** In the queue, while its backend is connected to, or while that works. */
        ASKED,
        IN_ANSWER
    }

    static Departure any(Chance chance) {
        if (!chance.in(LEAVE_PERCENT)) {
            return new Departure(When.NEVER, false, Integer.MAX_VALUE);
        }
        When when = When.values()[chance.between(1, When.values().length - 1)];
        // Most of what is asked is answered within a few milliseconds.
        int most = chance.in(50) ? 3 : chance.in(50) ? 40 : 700;
        return new Departure(when, chance.in(50), chance.between(0, most));
    }

    boolean at(When moment) {
        return when == moment;
    }
}
