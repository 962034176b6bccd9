// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One request that wants a full backend, or whichever backend of its pool has room first.
 *
 * <pre>
 * NEW -> WAITING -> GRANTED -> ADMITTED     a place at a backend is its own, and it has been told
 *  |       |           +-----> OVER         it left before it was told: the place went to the next one
 *  |       +-> DISPLACED ----> OVER         whom it waited for is out: it has to be routed again
 *  |       +-----------------> OVER         it left
 *  +-> ADMITTED                             there was room at once
 * </pre>
 */
public final class Waiter {

    /** Waits for no particular backend. */
    public static final int ANY = -1;

    private static final long NO_TICKET = -1;

    enum State {
        NEW,
        WAITING,
        GRANTED,
        DISPLACED,
        ADMITTED,
        OVER
    }

    /** Told how the wait went, on the waiter's loop and never before {@link FairQueue#join} returned. */
    public interface Listener {

        /** There is room for it at the backend in {@code slot}: it is counted there, until {@link BackendLoad#end}. */
        void admitted(int slot);

        /** Nobody that it may wait for is left: it has to be routed again, and keeps its turn. */
        void displaced();
    }

    private final int wanted;
    private final Set<Integer> barred;
    private final Executor loop;
    private final Listener listener;

    /** Order of arrival; {@link #NO_TICKET} before it joined. This and all below are guarded by the queue that it joined. */
    private long ticket = NO_TICKET;

    private long joinedNanos;
    private @Nullable Gate granted;
    private State state = State.NEW;

    /**
     * A request that has not joined yet.
     *
     * @param wanted the slot of the only backend that it waits for, or {@link #ANY}
     * @param barred slots of backends that it has failed on: none for it
     * @param loop its event loop
     */
    public Waiter(int wanted, Set<Integer> barred, Executor loop, Listener listener) {
        this.wanted = wanted;
        this.barred = barred;
        this.loop = loop;
        this.listener = listener;
    }

    /** The same request after it was displaced, with the turn that it had. */
    public Waiter instead(int otherWanted, Set<Integer> otherBarred) {
        Waiter again = new Waiter(otherWanted, otherBarred, loop, listener);
        again.ticket = ticket;
        again.joinedNanos = joinedNanos;
        return again;
    }

    /** The backend that it was admitted to; {@link #ANY} before. */
    public int admittedTo() {
        return granted == null ? ANY : granted.slot();
    }

    int wanted() {
        return wanted;
    }

    boolean accepts(int slot) {
        return (wanted == ANY || wanted == slot) && !barred.contains(slot);
    }

    Executor loop() {
        return loop;
    }

    Listener listener() {
        return listener;
    }

    State state() {
        return state;
    }

    void become(State next) {
        state = next;
    }

    /** Whether it has been in the queue before. */
    boolean hasTurn() {
        return ticket != NO_TICKET;
    }

    void arrive(long number, long nanos) {
        ticket = number;
        joinedNanos = nanos;
    }

    void grant(Gate gate) {
        granted = gate;
        state = State.GRANTED;
    }

    /** Where it was granted a place. */
    Gate granted() {
        if (granted == null) {
            throw new IllegalStateException("state: " + state + " (expected: one that was granted a place)");
        }
        return granted;
    }

    long ticket() {
        return ticket;
    }

    long joinedNanos() {
        return joinedNanos;
    }
}
