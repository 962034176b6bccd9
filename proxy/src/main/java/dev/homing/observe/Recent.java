// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The last things of a kind that happened: as many as it has places, each in the place of the oldest. Any thread may add and read; nobody waits. */
final class Recent<T> {

    private final AtomicReferenceArray<T> places;
    private final AtomicLong added = new AtomicLong();

    /** @param capacity {@code > 0} */
    Recent(int capacity) {
        places = new AtomicReferenceArray<>(capacity);
    }

    void add(T event) {
        places.setRelease((int) (added.getAndIncrement() % places.length()), event);
    }

    /** The newest first. One that is being added at this moment may be missing. */
    List<T> list() {
        List<T> events = new ArrayList<>();
        long next = added.get();
        for (long i = next - 1; i >= Math.max(0, next - places.length()); i--) {
            T event = places.getAcquire((int) (i % places.length()));
            if (event != null) {
                events.add(event);
            }
        }
        return List.copyOf(events);
    }
}
