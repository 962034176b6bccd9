// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import java.util.Iterator;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Goes through all pins, and has the doubtful ones asked for again. A few at a time, and the next when one is answered: what asks in the name of a request
 * that waits is never behind more than those few, however slow the answers are.
 */
final class Rounds {

    /** How many are asked for a tick: 5,000 a second, which is a small part of what a Redis does. */
    static final int ASKED_A_TICK = 500;

    /** How many wait for their answers at once. With answers after 1 ms, 500 a tick take 10 ms of it. */
    static final int AT_ONCE = 50;

    /** How many a tick looks at. */
    private static final int SEEN_A_TICK = 20_000;

    private final SessionTable table;
    private final Consultation consultation;
    private final Reach reach;

    /** Counts the rounds that were asked for. Written by any thread. */
    private final AtomicInteger wanted = new AtomicInteger();

    /** Written by the thread that ticks. */
    private final AtomicInteger ticks = new AtomicInteger();

    /** Written by whoever asks, and by the answers. */
    private final AtomicInteger underWay = new AtomicInteger();

    /** How often there was reason to go on since somebody began to: one thread does at a time, and owns what follows. */
    private final AtomicInteger reasons = new AtomicInteger();

    private int round;
    private int tick;
    private int asked;
    private int seen;
    private @Nullable Iterator<Pin> pins;

    Rounds(SessionTable table, Consultation consultation, Reach reach) {
        this.table = table;
        this.consultation = consultation;
        this.reach = reach;
    }

    /** All pins are gone through once more, from the first. Any thread. */
    void begin() {
        wanted.incrementAndGet();
    }

    /** To be called a tick, always by the same thread. */
    void tick() {
        ticks.incrementAndGet();
        goOn();
    }

    /** An answer that comes at once finds somebody at it, who then goes on: none is answered within another. */
    private void goOn() {
        if (reasons.getAndIncrement() > 0) {
            return;
        }
        int served = 1;
        do {
            askSome();
            served = reasons.addAndGet(-served);
        } while (served > 0);
    }

    private void askSome() {
        if (tick != ticks.get()) {
            tick = ticks.get();
            asked = 0;
            seen = 0;
        }
        Iterator<Pin> left = pins;
        if (left == null || round != wanted.get()) {
            round = wanted.get();
            left = table.pins().iterator();
            pins = left;
        }
        while (mayAsk() && left.hasNext()) {
            seen++;
            FleetWord word = consultation.again(left.next());
            if (word != null) {
                asked++;
                underWay.incrementAndGet();
                word.whenOver(Runnable::run, this::answered);
            }
        }
    }

    private boolean mayAsk() {
        return asked < ASKED_A_TICK && seen < SEEN_A_TICK && underWay.get() < AT_ONCE && reach.isUp();
    }

    private void answered() {
        underWay.decrementAndGet();
        goOn();
    }
}
