// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.affinity.FleetObserver.Operation;
import org.jspecify.annotations.Nullable;

/** A decision that binds a session, and what the fleet is asked about it. */
final class FleetChoice implements SessionTable.Choice {

    private final SessionChoice choice;
    private final Consultation consultation;
    private final Reach reach;
    private @Nullable Pin pin;
    private @Nullable FleetWord word;

    FleetChoice(SessionChoice choice, Consultation consultation, Reach reach) {
        this.choice = choice;
        this.consultation = consultation;
        this.reach = reach;
    }

    @Override
    public int applyAsInt(int slot) {
        return choice.applyAsInt(slot);
    }

    /** While nobody else can choose for the session: whoever finds the pin finds the question as well. */
    @Override
    public void bound(Pin bound) {
        choice.bound(bound);
        if (!choice.binds()) {
            word = bound.awaited(); // somebody else was faster
        } else {
            pin = bound;
            if (reach.isUp()) {
                word = FleetWord.awaited();
                bound.talk().asks(word);
            }
        }
    }

    /** To be called when the session is bound; what is to be waited for, null when nothing. */
    @Nullable FleetWord ask() {
        if (pin == null) {
            return word;
        }
        Operation operation = choice.places() ? Operation.PLACE : Operation.MOVE;
        if (word == null) {
            reach.notAsked(operation);
        } else {
            consultation.ask(pin, word, operation);
        }
        return word;
    }
}
