// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.admission.FairQueue.Entry;
import dev.homing.admission.Waiter;
import dev.homing.affinity.FleetWord;
import dev.homing.config.PoolSettings;
import dev.homing.config.Queue;
import dev.homing.loop.Deadline;
import dev.homing.loop.Deadlines;
import java.time.Duration;
import java.util.concurrent.Executor;
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

    /** How long the fleet's word is waited for if it should break its promise to come sooner. */
    private static final Duration FLEET_PATIENCE = Duration.ofMillis(100);

    private final Supplier<Generation> generations;
    private final Executor loop;
    private final Deadlines deadlines;
    private final Owner owner;
    private final Itinerary itinerary;
    private Generation generation;
    private Reception reception;

    /** Null before the first wait. */
    private @Nullable Deadline patience;

    /** What the fleet is waited for to say; null = nothing. */
    private @Nullable FleetWord awaited;

    /** @param prefill counted at each backend in turn */
    Approach(Call call, Reception reception, Prefill prefill, Owner owner) {
        this.generations = call.generations();
        this.loop = call.scope().loop();
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

    /** Its pool's settings by that generation. */
    PoolSettings settings() {
        return reception.setup().settings();
    }

    /** Goes where it is meant to go if there is room, or waits: first for what the fleet says to it, if its session is only being bound. */
    void enter() {
        FleetWord word = itinerary.awaited();
        if (word == null) {
            join();
        } else if (word.isOver()) {
            itinerary.heard();
            join();
        } else {
            awaited = word;
            patience().in(FLEET_PATIENCE);
            owner.waits();
            word.whenOver(loop, () -> heard(word));
        }
    }

    /** Whatever it said: it is asked once a decision, so that a request waits for one answer at most. */
    private void heard(FleetWord word) {
        if (awaited == word) {
            awaited = null;
            patient();
            itinerary.heard();
            join();
        }
    }

    private void join() {
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
        patience().in(Math.max(0, queue().timeout().toNanos() - itinerary.waitedNanos()));
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

    private Deadline patience() {
        if (patience == null) {
            patience = deadlines.open(this::waitedTooLong);
        }
        return patience;
    }

    private void waitedTooLong() {
        if (awaited != null) {
            heard(awaited);
            return;
        }
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
        awaited = null;
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
        return settings().queue();
    }
}
