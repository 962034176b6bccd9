// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import dev.homing.routing.Pool;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * The requests of one pool that wait, in order of arrival. A place that becomes free goes to the oldest one that may take it: one that waits for this
 * backend, or for any. Any thread; everything is guarded by this object's monitor, which is held for a few steps and never while somebody is told.
 *
 * <p>The invariant, whenever the monitor is free: nobody waits who may take a place that is free. Whoever may break it restores it before the
 * monitor is let go of: a request that joins, one that leaves with a place that it was not told of yet, a new table. One step is outside: a request
 * that ends takes itself off the backend's count first and comes here then ({@link BackendLoad#end}), so that a place can be seen which somebody is
 * about to be given; a newcomer therefore takes a free place only when nobody waits for it. A backend without a limit never comes here; when it
 * gets one, either its requests see that when they end, or whoever looks for room from then on sees that they ended.
 */
public final class FairQueue {

    private final LongSupplier nanoTime;
    private final Line line;
    private final Pace pace = new Pace();
    private long tickets;

    /** Whether any backend has a limit: written under the monitor, read without. */
    private volatile boolean limited;

    FairQueue(IntFunction<BackendLoad> loads, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.line = new Line(this, loads);
    }

    /** What became of a request that asked to join. */
    public enum Entry {
        /** There is room: it is counted at {@link Waiter#admittedTo}, and its listener is not told. */
        ADMITTED,
        /** Its listener will be told, unless it leaves. */
        WAITING,
        /** As many wait as may wait. */
        CROWDED,
        /** Nobody that it may wait for is left, by a table that is in force by now and has to be read for routing it again. */
        OUT
    }

    /**
     * Gives a request a place, or lets it wait for one.
     *
     * @param limit how many may wait in this queue; one that has been in it before is not refused
     */
    public Entry join(Waiter waiter, int limit) {
        Deque<Waiter> told = new ArrayDeque<>();
        Entry entry;
        synchronized (this) {
            entry = enter(waiter, limit, told);
        }
        tell(told);
        return entry;
    }

    private Entry enter(Waiter waiter, int limit, Deque<Waiter> told) {
        assert waiter.state() == Waiter.State.NEW : waiter.state();
        if (!line.hasHope(waiter)) {
            waiter.become(Waiter.State.OVER);
            return Entry.OUT;
        }
        boolean newcomer = !waiter.hasTurn();
        if (newcomer) {
            waiter.arrive(tickets++, nanoTime.getAsLong());
        }
        line.add(waiter);
        waiter.become(Waiter.State.WAITING);
        line.gates().forEach(gate -> fill(gate, told));
        if (told.remove(waiter)) {
            waiter.become(Waiter.State.ADMITTED);
            return Entry.ADMITTED;
        }
        if (newcomer && line.length() > limit) {
            line.remove(waiter);
            waiter.become(Waiter.State.OVER);
            return Entry.CROWDED;
        }
        return Entry.WAITING;
    }

    /** The request does not want to wait any more. It is told nothing; a place that it was granted but not told of goes to the next one. */
    public void leave(Waiter waiter) {
        Deque<Waiter> told = new ArrayDeque<>();
        synchronized (this) {
            withdraw(waiter, told);
        }
        tell(told);
    }

    private void withdraw(Waiter waiter, Deque<Waiter> told) {
        Waiter.State was = waiter.state();
        if (was == Waiter.State.ADMITTED) {
            return;
        }
        waiter.become(Waiter.State.OVER);
        if (was == Waiter.State.WAITING) {
            line.remove(waiter);
        } else if (was == Waiter.State.GRANTED) {
            Gate granted = waiter.granted();
            granted.load().uncount();
            fill(granted, told);
        }
    }

    /** Counts a request that has just come at that backend, if there is room and nobody waits for it. */
    synchronized boolean pass(Gate gate) {
        if (!gate.hasRoom() || line.oldest(gate) != null) {
            return false;
        }
        gate.load().count();
        return true;
    }

    /** A request at that backend has ended. */
    void freed(Gate gate) {
        Deque<Waiter> told = new ArrayDeque<>();
        synchronized (this) {
            fill(gate, told);
        }
        tell(told);
    }

    /** Gives what is free at one backend to the oldest that may take it. */
    private void fill(Gate gate, Deque<Waiter> told) {
        Waiter next = line.oldest(gate);
        while (next != null && gate.hasRoom()) {
            line.remove(next);
            gate.load().count();
            next.grant(gate);
            told.add(next);
            next = line.oldest(gate);
        }
    }

    // ---- what others ask

    /** Slots of the backends that have no place for a newcomer; as a rule there is none, and then this costs a look. */
    public Set<Integer> full() {
        return limited ? findFull() : Set.of();
    }

    private synchronized Set<Integer> findFull() {
        return line.full();
    }

    synchronized int waitingFor(int slot) {
        return line.waitingFor(slot);
    }

    synchronized int waitingForAny() {
        return line.waitingForAny();
    }

    /** Seconds after which it makes sense to ask again, 1 to 60: when the queue is likely to have moved. */
    public synchronized int retryAfterSeconds() {
        Waiter oldest = line.oldest();
        return pace.secondsToNext(nanoTime.getAsLong(), oldest == null ? null : oldest.joinedNanos());
    }

    // ---- tables

    /** A table is about to be published: whoever reads it may wait for what it opens. */
    synchronized void expect(Pool pool) {
        line.expect(pool);
        look();
    }

    /** The table is in force: places that it adds are given away, and those that wait for what it shuts are displaced. */
    void settle() {
        Deque<Waiter> told = new ArrayDeque<>();
        synchronized (this) {
            line.settle();
            line.gates().forEach(gate -> fill(gate, told));
            for (Waiter waiter : line.hopeless()) {
                line.remove(waiter);
                waiter.become(Waiter.State.DISPLACED);
                told.add(waiter);
            }
            line.sweep();
            look();
        }
        tell(told);
    }

    private void look() {
        limited = line.gates().stream().anyMatch(gate -> gate.load().isLimited());
    }

    // ---- telling

    /** Hands over to the waiters' loops. A loop that is shut down takes nothing: what its waiter was granted goes to the next one. */
    private void tell(Deque<Waiter> told) {
        for (Waiter waiter = told.poll(); waiter != null; waiter = told.poll()) {
            Waiter next = waiter;
            try {
                next.loop().execute(() -> deliver(next));
            } catch (RejectedExecutionException shutDown) {
                synchronized (this) {
                    withdraw(next, told);
                }
            }
        }
    }

    private void deliver(Waiter waiter) {
        Waiter.State was;
        synchronized (this) {
            was = waiter.state();
            if (was == Waiter.State.GRANTED) {
                waiter.become(Waiter.State.ADMITTED);
                pace.moved(nanoTime.getAsLong(), waiter.joinedNanos());
            } else if (was == Waiter.State.DISPLACED) {
                waiter.become(Waiter.State.OVER);
            }
        }
        if (was == Waiter.State.GRANTED) {
            waiter.listener().admitted(waiter.admittedTo());
        } else if (was == Waiter.State.DISPLACED) {
            waiter.listener().displaced();
        }
    }
}
