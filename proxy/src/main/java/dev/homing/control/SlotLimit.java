// SPDX-License-Identifier: Apache-2.0
package dev.homing.control;

import dev.homing.health.SlotCount;

/**
 * The limit of a backend with {@code max_inflight: auto}, as a value: what it tells makes the next one. What it told once holds until it tells
 * something else, since an engine that was started anew mostly is the same one.
 *
 * @param slots requests that it takes at once; 0 = it told none, so there is no limit
 * @param current whether it has answered since it last came, or came back
 * @param warned whether an operator was told that it tells none
 */
record SlotLimit(int slots, boolean current, boolean warned) {

    /** Of a backend that was not asked yet. */
    static final SlotLimit UNKNOWN = new SlotLimit(0, false, false);

    /** It may be another engine by now. */
    SlotLimit doubted() {
        return new SlotLimit(slots, false, warned);
    }

    /** What follows from what it told. */
    SlotLimit on(SlotCount told) {
        if (told instanceof SlotCount.Told some) {
            return new SlotLimit(some.slots(), true, false);
        }
        return told instanceof SlotCount.Silent
                ? new SlotLimit(0, true, true)
                : new SlotLimit(slots, false, slots == 0);
    }
}
