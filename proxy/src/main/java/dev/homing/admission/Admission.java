// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import java.util.ArrayList;
import java.util.List;

/** The load of every backend, by slot. It outlives reloads, because slots do. */
public final class Admission {

    /** Grows, never shrinks; the elements stay the same objects. Written under this object's monitor, which is taken once a slot. */
    private volatile List<BackendLoad> bySlot = List.of();

    /** The load of the backend in {@code slot}; made when first asked for. */
    public BackendLoad of(int slot) {
        List<BackendLoad> loads = bySlot;
        return slot < loads.size() ? loads.get(slot) : grow(slot);
    }

    private synchronized BackendLoad grow(int slot) {
        List<BackendLoad> more = new ArrayList<>(bySlot);
        while (more.size() <= slot) {
            more.add(new BackendLoad());
        }
        bySlot = List.copyOf(more);
        return bySlot.get(slot);
    }
}
