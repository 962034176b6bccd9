// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/** What the fleet is asked about one pin, and what it has said. A proxy alone has none, which saves its pins the room. */
final class FleetTalk {

    private static final AtomicReferenceFieldUpdater<FleetTalk, @Nullable FleetWord> WORD =
            AtomicReferenceFieldUpdater.newUpdater(FleetTalk.class, FleetWord.class, "word");

    /** What is asked; null when nothing is. Set by whoever asks, taken back by the answer to it. */
    private volatile @Nullable FleetWord word;

    /** What was said. Written by {@link Consultation} alone; the last word counts. */
    private volatile Agreed agreed = Agreed.NOTHING;

    /** What is asked and requests of the session wait for; null = nothing. */
    @Nullable FleetWord awaited() {
        FleetWord asked = word;
        return asked != null && asked.isAwaited() ? asked : null;
    }

    /** What is asked, null = nothing. */
    @Nullable FleetWord word() {
        return word;
    }

    /** Asks in place of whatever was asked before. */
    void asks(FleetWord newest) {
        word = newest;
    }

    /** Asks unless something is asked already. */
    boolean asksFirst(FleetWord only) {
        return WORD.compareAndSet(this, null, only);
    }

    /** That was answered; a newer question stays. */
    void answered(FleetWord over) {
        WORD.compareAndSet(this, over, null);
    }

    Agreed agreed() {
        return agreed;
    }

    void agreed(Agreed now) {
        agreed = now;
    }
}
