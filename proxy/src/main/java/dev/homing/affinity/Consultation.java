// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.affinity.FleetObserver.Operation;
import dev.homing.affinity.SharedTable.Wish;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the shared table where sessions are bound, and has their pins follow what it says. It has the last word, unless it still says what this proxy has moved
 * the session away from, or nothing. Any thread.
 *
 * <p>Two things make a pin doubtful: something may have happened that was not told, which begins a new era; or what was asked had no answer.
 */
final class Consultation {

    /** The part of a session's idle TTL after which the shared table is told that it is still in use: four times an hour by default. */
    static final int REFRESHES = 4;

    private final SessionTable table;
    private final SharedTable shared;
    private final Rosters rosters;
    private final LongSupplier nanoTime;
    private final Reach reach;

    /** Counts what makes every pin doubtful. Written by any thread. */
    private final AtomicInteger era = new AtomicInteger();

    /** @param nanoTime a monotonic clock, in nanoseconds */
    Consultation(SessionTable table, SharedTable shared, Rosters rosters, LongSupplier nanoTime, Reach reach) {
        this.table = table;
        this.shared = shared;
        this.rosters = rosters;
        this.nanoTime = nanoTime;
        this.reach = reach;
    }

    /** Every pin is doubtful from now on. */
    void missed() {
        era.incrementAndGet();
    }

    /** Asks for a pin that is doubtful and of which nothing is asked; null when it is none. */
    @Nullable FleetWord again(Pin pin) {
        return pin.talk().word() == null && isDoubtful(pin) ? refresh(pin) : null;
    }

    /** A request of a session follows its pin: time to have a doubtful one confirmed, or one that was not confirmed for long. */
    void used(Pin pin) {
        if (reach.isUp() && pin.talk().word() == null && isDue(pin)) {
            refresh(pin);
        }
    }

    private boolean isDue(Pin pin) {
        return isDoubtful(pin) || nanoTime.getAsLong() - pin.talk().agreed().nanos() >= pin.idleTtlNanos() / REFRESHES;
    }

    private boolean isDoubtful(Pin pin) {
        Agreed agreed = pin.talk().agreed();
        return agreed.era() != era.get() || !agreed.holds(pin);
    }

    private @Nullable FleetWord refresh(Pin pin) {
        FleetWord word = FleetWord.inPassing();
        if (!pin.talk().asksFirst(word)) {
            return null;
        }
        ask(pin, word, Operation.REFRESH);
        return word;
    }

    /** Asks for the pin as it is bound now; {@code word} is over when there is an answer. */
    void ask(Pin pin, FleetWord word, Operation operation) {
        FleetTalk talk = pin.talk();
        Binding wanted = rosters.now().binding(pin);
        if (wanted == null) {
            talk.answered(word); // of a backend that is gone: its next request moves it
            word.over(false);
            return;
        }
        Agreed before = talk.agreed();
        talk.agreed(before.sending(wanted.text()));
        long ttl = table.nanosLeft(pin) + pin.idleTtlNanos() / REFRESHES; // that late it is told of use
        long millis = TimeUnit.NANOSECONDS.toMillis(ttl) + 1;
        Wish wish = new Wish(pin.key(), before.expected(), wanted, millis, word.isAwaited());
        int since = era.get();
        long asked = nanoTime.getAsLong();
        shared.bind(wish, said -> {
            String now = wish.bindingAfter(said);
            if (said.fault() == null && talk.word() == word) {
                take(pin, now, since, () -> talk.word() == word);
            }
            reach.heard(operation, said, asked, now.equals(wanted.text()));
            talk.answered(word);
            word.over(said.before() != null);
        });
    }

    /** Somebody has bound the session there, or has had it forgotten. */
    void told(Pin pin, @Nullable Binding binding) {
        FleetTalk talk = pin.talk();
        if (talk.word() != null) {
            return; // the answer to what is asked of it tells more
        }
        if (binding == null) {
            table.forget(pin.key());
        } else {
            take(pin, binding.text(), era.get(), () -> talk.word() == null);
        }
    }

    /** The shared table says that the session is bound there; one of a backend that this proxy does not have is bound anew by its next request. */
    private void take(Pin pin, String text, int since, BooleanSupplier due) {
        Binding now = Binding.of(text);
        Roster roster = rosters.now();
        int slot = now == null ? SessionTable.NONE : roster.slot(new BackendName(now.pool(), now.backend()));
        int first = now == null ? SessionTable.NONE : roster.slot(new BackendName(now.pool(), now.first()));
        int firstSlot = first == SessionTable.NONE ? slot : first;
        pin.talk().agreed(new Agreed(text, null, slot, firstSlot, nanoTime.getAsLong(), since));
        if (slot != SessionTable.NONE && (pin.slot() != slot || pin.firstSlot() != firstSlot)) {
            table.follow(pin, slot, firstSlot, due);
        }
    }
}
