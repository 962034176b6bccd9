// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy knows of a pin's place in the fleet's table.
 *
 * @param heard what the table said last, null = nothing yet
 * @param sent what it was told since, without an answer; null = nothing
 * @param slot the pin's slot that this holds for
 * @param firstSlot the pin's first slot that this holds for
 * @param nanos when it was said
 * @param era the fleet's era in which it was asked for
 */
record Agreed(@Nullable String heard, @Nullable String sent, int slot, int firstSlot, long nanos, int era) {

    private static final int NEVER = -1;

    /** Nothing was ever asked. */
    static final Agreed NOTHING = new Agreed(null, null, SessionTable.NONE, SessionTable.NONE, 0, NEVER);

    /** The same while a question is under way: nobody knows whether it was heeded until there is an answer. */
    Agreed sending(String wanted) {
        return new Agreed(heard, wanted, slot, firstSlot, nanos, era);
    }

    /** Whether it holds for that pin as it is. */
    boolean holds(Pin pin) {
        return slot == pin.slot() && firstSlot == pin.firstSlot();
    }

    /** What the table may hold if nobody else has changed it. */
    List<String> expected() {
        List<String> expected = new ArrayList<>(2);
        if (heard != null) {
            expected.add(heard);
        }
        if (sent != null && !sent.equals(heard)) {
            expected.add(sent);
        }
        return expected;
    }
}
