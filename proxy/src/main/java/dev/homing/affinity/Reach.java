// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.affinity.FleetObserver.Operation;
import dev.homing.affinity.FleetObserver.Result;
import dev.homing.affinity.SharedTable.Fault;
import dev.homing.affinity.SharedTable.Said;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether the shared table is there, judged by its answers.
 *
 * <pre>
 * UNKNOWN -> UP     a sign of life
 * UNKNOWN -> AWAY   none
 * UP      -> AWAY   nobody is there; or {@value #PATIENCE} questions in a row had no answer
 * AWAY    -> UP     a sign of life, and nothing else: while it is away nothing else is asked
 * </pre>
 *
 * What a part of the table does not answer says nothing about the rest: then a sign of life tells. Any thread may tell it of answers.
 */
final class Reach {

    /** Questions without an answer, one after the other, by which the table is known to be away. */
    static final int PATIENCE = 3;

    private final FleetObserver observer;

    /** Questions without an answer since the last answer. Written by any thread. */
    private final AtomicInteger unanswered = new AtomicInteger();

    /** Written by any thread, under this object's lock. */
    private volatile State state = State.UNKNOWN;

    private enum State {
        UNKNOWN,
        UP,
        AWAY
    }

    Reach(FleetObserver observer) {
        this.observer = observer;
    }

    boolean isUp() {
        return state == State.UP;
    }

    void answered() {
        unanswered.set(0);
    }

    /** There was a sign of life. */
    void alive() {
        answered();
        if (turn(State.UP)) {
            observer.up();
        }
    }

    void failed(Fault fault) {
        if (fault.partial()) {
            return;
        }
        int inARow = unanswered.incrementAndGet();
        boolean away = !isUp() || inARow >= PATIENCE || fault.kind() == SharedTable.Kind.AWAY;
        if (away && turn(State.AWAY)) {
            observer.away(fault.reason());
        }
    }

    /**
     * A question about a session was answered, or was not.
     *
     * @param agreed whether the answer is as it was asked for
     */
    void heard(Operation operation, Said said, boolean agreed) {
        Fault fault = said.fault();
        if (fault == null) {
            observer.asked(operation, agreed ? Result.AGREED : Result.OTHER);
            answered();
        } else {
            observer.asked(operation, Result.of(fault.kind()));
            failed(fault);
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
