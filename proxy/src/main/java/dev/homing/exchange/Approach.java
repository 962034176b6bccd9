// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.admission.FairQueue.Entry;
import dev.homing.admission.Waiter;
import dev.homing.config.Queue;
import dev.homing.loop.Deadline;
import dev.homing.loop.Deadlines;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of one request to a backend that has room for it: at once, or after a wait. What is in force is read anew after a wait, which may have been
 * long, and may have ended because of a new table. Confined to its event loop.
 */
final class Approach implements Waiter.Listener {

    /** Told how it goes, on its event loop; what is known at once, before {@link #enter} returns. */
    interface Owner {

        /** There is a place for it where it is meant to go. */
        void admitted();

        /** It has to wait; one of the others follows. */
        void waits();

        /** There is no place for it, nor will there be. */
        void refused(ProxyError error);
    }

    private final Supplier<Generation> generations;
    private final Deadlines deadlines;
    private final Owner owner;
    private final Itinerary itinerary;
    private Generation generation;
    private Reception reception;

    /** Null before the first wait. */
    private @Nullable Deadline patience;

    /** @param prefill counted at each backend in turn */
    Approach(Call call, Reception reception, Prefill prefill, Owner owner) {
        this.generations = call.generations();
        this.deadlines = call.scope().deadlines();
        this.owner = owner;
        this.generation = call.generation();
        this.reception = reception;
        this.itinerary = new Itinerary(call.scope(), reception, prefill, this);
    }

    Itinerary itinerary() {
        return itinerary;
    }

    /** What the request goes by now. */
    Generation generation() {
        return generation;
    }

    /** What the request is by that generation. */
    Reception reception() {
        return reception;
    }

    /** Goes where it is meant to go if there is room, or waits. */
    void enter() {
        if (itinerary.backend() == null) {
            nobody();
            return;
        }
        Entry entry = itinerary.enter();
        while (entry == Entry.OUT && refresh() && itinerary.displaced(reception)) {
            entry = itinerary.enter();
        }
        switch (entry) {
            case ADMITTED -> owner.admitted();
            case WAITING -> await();
            case CROWDED ->
                owner.refused(
                        ProxyError.queueFull(reception.pool().name(), queue().limit(), itinerary.retryAfterSeconds()));
            case OUT -> nobody();
        }
    }

    private void await() {
        if (patience == null) {
            patience = deadlines.open(this::waitedTooLong);
        }
        patience.in(Math.max(0, queue().timeout().toNanos() - itinerary.waitedNanos()));
        owner.waits();
    }

    @Override
    public void admitted(int slot) {
        itinerary.admitted(slot); // whatever follows, the place is its own and has to be given back
        if (refresh() && itinerary.settles(slot, reception)) {
            patient();
            owner.admitted();
        } else {
            displaced();
        }
    }

    @Override
    public void displaced() {
        patient();
        if (refresh() && itinerary.displaced(reception)) {
            enter();
        } else {
            nobody();
        }
    }

    private void waitedTooLong() {
        itinerary.stopWaiting();
        if (itinerary.spill()) {
            owner.admitted();
        } else {
            owner.refused(
                    ProxyError.queueTimeout(reception.pool().name(), queue().timeout(), itinerary.retryAfterSeconds()));
        }
    }

    /** The request is over; whatever it has or waits for is given back. */
    void close() {
        if (patience != null) {
            patience.close();
        }
        itinerary.close();
    }

    private void nobody() {
        owner.refused(ProxyError.noBackend(reception.pool().name()));
    }

    private void patient() {
        if (patience != null) {
            patience.clear();
        }
    }

    /** Reads what is in force anew; false when the pool is gone. */
    private boolean refresh() {
        Generation newest = generations.get();
        Reception again = reception.by(newest);
        if (again == null) {
            return false;
        }
        generation = newest;
        reception = again;
        return true;
    }

    private Queue queue() {
        return reception.setup().settings().queue();
    }
}
