// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import dev.homing.routing.Pool;
import dev.homing.routing.RoutingTable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** The load of every backend and the queue of every pool. Both outlive reloads, because the numbers that they go by do. */
public final class Admission {

    private final LongSupplier nanoTime;

    /** Grows, never shrinks; the elements stay the same objects. Written under this object's monitor, which is taken once a slot. */
    private volatile List<BackendLoad> bySlot = List.of();

    /** By the pool's index. */
    private final ConcurrentHashMap<Integer, FairQueue> queues = new ConcurrentHashMap<>();

    /** @param nanoTime a clock that never goes back, such as {@code System::nanoTime} */
    public Admission(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The load of the backend in {@code slot}; made when first asked for. */
    public BackendLoad of(int slot) {
        List<BackendLoad> loads = bySlot;
        return slot < loads.size() ? loads.get(slot) : grow(slot);
    }

    /** The queue of a pool; made when first asked for. */
    public FairQueue queue(int poolIndex) {
        FairQueue known = queues.get(poolIndex);
        return known != null ? known : queues.computeIfAbsent(poolIndex, index -> new FairQueue(this::of, nanoTime));
    }

    /** Requests that wait for the backend in that slot and no other. */
    public int waitingFor(int slot) {
        return of(slot).waiting();
    }

    /** Requests that wait for no particular backend of that pool. */
    public int waitingForAny(int poolIndex) {
        return queue(poolIndex).waitingForAny();
    }

    /**
     * Takes a new table on around its publication. What the table opens may be waited for before anybody can read it, and what it shuts is shut once
     * everybody can: so a request that is told to be routed again always finds a table by which that makes a difference. One thread calls this.
     */
    public void publish(RoutingTable table, Runnable publication) {
        for (Pool pool : table.pools()) {
            queue(pool.index()).expect(pool);
        }
        publication.run();
        queues.values().forEach(FairQueue::settle);
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
