// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import dev.homing.routing.Pool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Who waits for what in one pool, in order of arrival, and what there is to have. Guarded by its queue. */
final class Line {

    private final FairQueue queue;
    private final IntFunction<BackendLoad> loads;
    private final Map<Integer, Gate> gates = new HashMap<>();

    /** Those that wait for no particular backend, by ticket. */
    private final NavigableMap<Long, Waiter> anyone = new TreeMap<>();

    private int length;

    Line(FairQueue queue, IntFunction<BackendLoad> loads) {
        this.queue = queue;
        this.loads = loads;
    }

    // ---- the backends

    void expect(Pool pool) {
        pool.backends()
                .forEach(backend -> gates.computeIfAbsent(
                                backend.slot(), slot -> new Gate(queue, loads.apply(slot), slot))
                        .expect(backend));
    }

    void settle() {
        gates.values().forEach(Gate::settle);
    }

    /** Forgets the backends that have left. Nobody waits for them by now. */
    void sweep() {
        gates.values().removeIf(Gate::gone);
    }

    Collection<Gate> gates() {
        return gates.values();
    }

    @Nullable Gate gate(int slot) {
        return gates.get(slot);
    }

    /** Slots of the backends that have no place for a newcomer. */
    Set<Integer> full() {
        Set<Integer> full = new HashSet<>();
        for (Gate gate : gates.values()) {
            if (!gate.hasRoom() || oldest(gate) != null) {
                full.add(gate.slot());
            }
        }
        return full;
    }

    // ---- those who wait

    int length() {
        return length;
    }

    int waitingFor(int slot) {
        Gate gate = gates.get(slot);
        return gate == null ? 0 : gate.own().size();
    }

    int waitingForAny() {
        return anyone.size();
    }

    /** Whether there is anybody that it may wait for. */
    boolean hasHope(Waiter waiter) {
        return gates.values().stream().anyMatch(gate -> gate.mayAdmit(waiter));
    }

    /** Those for whom nobody is left. */
    List<Waiter> hopeless() {
        List<Waiter> found = new ArrayList<>();
        for (Gate gate : gates.values()) {
            found.addAll(gate.keepsPinned() ? List.of() : gate.own().values());
        }
        for (Waiter waiter : anyone.values()) {
            if (!hasHope(waiter)) {
                found.add(waiter);
            }
        }
        return found;
    }

    void add(Waiter waiter) {
        of(waiter).put(waiter.ticket(), waiter);
        length++;
    }

    void remove(Waiter waiter) {
        of(waiter).remove(waiter.ticket());
        length--;
    }

    private NavigableMap<Long, Waiter> of(Waiter waiter) {
        if (waiter.wanted() == Waiter.ANY) {
            return anyone;
        }
        Gate gate = gates.get(waiter.wanted());
        if (gate == null) {
            throw new IllegalStateException("slot: " + waiter.wanted() + " (expected: a backend of this pool)");
        }
        return gate.own();
    }

    /** Who has waited longest, whatever for; null when nobody waits. */
    @Nullable Waiter oldest() {
        Waiter oldest = first(anyone);
        for (Gate gate : gates.values()) {
            oldest = older(oldest, first(gate.own()));
        }
        return oldest;
    }

    /** The oldest that may take a place at that backend; null when there is none. */
    @Nullable Waiter oldest(Gate gate) {
        Waiter own = gate.keepsPinned() ? first(gate.own()) : null;
        return gate.takesNew() ? older(own, firstOfAnyone(gate.slot())) : own;
    }

    private @Nullable Waiter firstOfAnyone(int slot) {
        for (Waiter waiter : anyone.values()) {
            if (waiter.accepts(slot)) {
                return waiter;
            }
        }
        return null;
    }

    private static @Nullable Waiter first(NavigableMap<Long, Waiter> waiters) {
        Map.Entry<Long, Waiter> first = waiters.firstEntry();
        return first == null ? null : first.getValue();
    }

    private static @Nullable Waiter older(@Nullable Waiter a, @Nullable Waiter b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.ticket() < b.ticket() ? a : b;
    }
}
