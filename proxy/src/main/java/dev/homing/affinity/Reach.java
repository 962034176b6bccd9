// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.affinity.FleetObserver.Operation;
import dev.homing.affinity.FleetObserver.Result;
import dev.homing.affinity.SharedTable.Fault;
import dev.homing.affinity.SharedTable.Said;
import java.util.function.LongSupplier;

/**
 * Whether the shared table is there, judged by its answers.
 *
 * <pre>
 * UNKNOWN -> UP     a sign of life
 * UNKNOWN -> AWAY   none
 * UP      -> AWAY   nobody is there; or {@value #PATIENCE} questions had no answer, each asked when the one before was given up
 * AWAY    -> UP     a sign of life, and nothing else: while it is away nothing else is asked
 * </pre>
 *
 * Questions that wait at the same time wait for the same thing: a moment in which nobody gets an answer counts once, however many ask in it.
 *
 * <p>What a part of the table does not answer says nothing about the rest: then a sign of life tells. Any thread may tell it of answers.
 */
final class Reach {

    /** Questions without an answer, one after the other, by which the table is known to be away. */
    static final int PATIENCE = 3;

    private final FleetObserver observer;

    private final LongSupplier nanoTime;

    /** Questions without an answer, one after the other, since the last answer. Written by any thread, under this object's lock. */
    private int unanswered;

    /** When the last of them was given up. Written by any thread, under this object's lock. */
    private long givenUp;

    /** Written by any thread, under this object's lock. */
    private volatile State state = State.UNKNOWN;

    private enum State {
        UNKNOWN,
        UP,
        AWAY
    }

    /** @param nanoTime a monotonic clock, in nanoseconds */
    Reach(FleetObserver observer, LongSupplier nanoTime) {
        this.observer = observer;
        this.nanoTime = nanoTime;
    }

    boolean isUp() {
        return state == State.UP;
    }

    synchronized void answered() {
        unanswered = 0;
    }

    /** There was a sign of life. */
    void alive() {
        answered();
        if (turn(State.UP)) {
            observer.up();
        }
    }

    /** @param asked when it was asked what had no answer */
    void failed(Fault fault, long asked) {
        if (fault.partial()) {
            return;
        }
        int inARow = giveUp(asked);
        boolean away = !isUp() || inARow >= PATIENCE || fault.kind() == SharedTable.Kind.AWAY;
        if (away && turn(State.AWAY)) {
            observer.away(fault.reason());
        }
    }

    /** Returns how many there are now. */
    private synchronized int giveUp(long asked) {
        if (unanswered == 0 || asked - givenUp >= 0) {
            unanswered++;
            givenUp = nanoTime.getAsLong();
        }
        return unanswered;
    }

    /**
     * A question about a session was answered, or was not.
     *
     * @param asked when, by the same clock
     * @param agreed whether the answer is as it was asked for
     */
    void heard(Operation operation, Said said, long asked, boolean agreed) {
        Fault fault = said.fault();
        if (fault == null) {
            observer.asked(operation, agreed ? Result.AGREED : Result.OTHER);
            answered();
        } else {
            observer.asked(operation, Result.of(fault.kind()));
            failed(fault, asked);
        }
    }

    /** There would have been a question, had somebody been there. */
    void notAsked(Operation operation) {
        observer.asked(operation, Result.AWAY);
    }

    private synchronized boolean turn(State now) {
        boolean changed = state != now;
        state = now;
        return changed;
    }
}
