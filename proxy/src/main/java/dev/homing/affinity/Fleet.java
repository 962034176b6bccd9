// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.affinity.FleetObserver.Operation;
import dev.homing.affinity.FleetObserver.Result;
import dev.homing.affinity.SharedTable.Fault;
import dev.homing.affinity.SharedTable.Said;
import dev.homing.routing.Router;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SessionKey;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the sticky table of this proxy and the one that its fleet shares in step. What binds a session asks the shared table, where the first one
 * to ask wins; what follows a pin asks nobody. What other proxies bind is taken over as it is told.
 *
 * <p>Two things make a pin doubtful: something may have happened that was not told, which begins a new era; or what was asked had no
 * answer. Such pins are asked for again, by their next request, which does not wait for it, and bit by bit by {@link #tick}. The
 * shared table has the last word then as well, unless it still says what this proxy has moved the session away from, or nothing.
 */
public final class Fleet implements SharedTable.Listener {

    /** Nanoseconds between two calls of {@link #tick}. */
    public static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Ticks between two signs of life. */
    static final int BEAT_TICKS = 10;

    /** How many doubtful pins a tick asks for: 5,000 a second, which is a small part of what a Redis does. */
    static final int ASKED_A_TICK = 500;

    /** How many pins a tick looks at. */
    private static final int SEEN_A_TICK = 20_000;

    /** The part of a session's idle TTL after which the shared table is told that it is still in use: four times an hour by default. */
    static final int REFRESHES = 4;

    private final SessionTable table;
    private final SharedTable shared;
    private final Supplier<RoutingTable> backends;
    private final LongSupplier nanoTime;
    private final FleetObserver observer;
    private final Reach reach;
    private final PendingElsewhere elsewhere;

    /** Counts what makes every pin doubtful. Written by any thread. */
    private final AtomicInteger era = new AtomicInteger();

    /** Counts the times that all pins are to be gone through for doubtful ones. Written by any thread. */
    private final AtomicInteger rounds = new AtomicInteger();

    /** The backends' names, by the newest table that somebody asked by. Written by any thread; any of them will do. */
    private volatile @Nullable Named named;

    /** Whether a sign of life is on its way. Written by the thread that ticks and by the answer. */
    private volatile boolean beating;

    /** The mark of the last sign of life. Written by the answers, of which there is one at a time. */
    private volatile String mark = "";

    /** What this proxy calls itself. Written by the ticking thread. */
    private volatile String self = "";

    /** The ticking thread's own, as is the rest. */
    private int ticks;

    private int round;

    /** Whether something was pending when the others were told last. */
    private boolean spoke;

    private @Nullable Iterator<Pin> doubtful;

    private record Named(RoutingTable table, Roster roster) {}

    /**
     * @param backends as they are when it is asked
     * @param nanoTime a monotonic clock, in nanoseconds
     */
    public Fleet(
            SessionTable table,
            SharedTable shared,
            Supplier<RoutingTable> backends,
            LongSupplier nanoTime,
            FleetObserver observer) {
        this.table = table;
        this.shared = shared;
        this.backends = backends;
        this.nanoTime = nanoTime;
        this.observer = observer;
        this.reach = new Reach(observer);
        this.elsewhere = new PendingElsewhere(nanoTime);
    }

    /** What backends have pending from the other proxies, as far as those have told it lately. */
    public Router.PendingTokens pendingElsewhere() {
        return elsewhere;
    }

    /** Tells the others what backends have pending from this proxy; to be called after each {@link #tick}. */
    public void tell(String proxy, Router.PendingTokens own) {
        self = proxy; // before its own news come back
        elsewhere.forgetTheSilent();
        String news = isUp() ? PendingElsewhere.news(proxy, roster(), own) : null;
        if (news != null || spoke) {
            shared.passOn(news == null ? proxy : news);
        }
        spoke = news != null;
    }

    /** Whether the shared table answers. */
    public boolean isUp() {
        return reach.isUp();
    }

    /** To be called every {@link #TICK_NANOS}, always by the same thread. */
    public void tick() {
        if (ticks++ % BEAT_TICKS == 0 && !beating) {
            beating = true;
            shared.beat(this::pulse);
        }
        if (isUp()) {
            askSome();
        }
    }

    /** Forgets a session everywhere, if it is bound in that pool where one is given. {@code then} is told whether it was bound. */
    public void forget(SessionKey session, @Nullable String pool, Consumer<Boolean> then) {
        shared.forget(session, pool, said -> {
            observed(Operation.FORGET, said, Result.AGREED);
            then.accept(said.before() != null);
        });
    }

    /** A choice that asks the fleet when it binds its session anew. */
    Question question(SessionChoice choice) {
        return new Question(choice);
    }

    /** A request of a session follows its pin: time to have a doubtful one confirmed, or one that was not confirmed for long. */
    void used(Pin pin) {
        if (isUp() && pin.word() == null && isDue(pin)) {
            refresh(pin);
        }
    }

    @Override
    public void told(SessionKey session, @Nullable Binding binding) {
        Pin pin = table.peek(session);
        if (pin == null || pin.word() != null) {
            return; // the answer to what is asked of it tells more
        }
        if (binding == null) {
            table.forget(session);
        } else {
            take(pin, binding.text(), era.get(), () -> pin.word() == null);
        }
    }

    @Override
    public void passedOn(String news) {
        elsewhere.hear(news, self, roster());
    }

    @Override
    public void missed() {
        era.incrementAndGet();
        rounds.incrementAndGet();
    }

    private boolean isDue(Pin pin) {
        return isDoubtful(pin, era.get())
                || nanoTime.getAsLong() - pin.agreed().nanos() >= pin.idleTtlNanos() / REFRESHES;
    }

    private static boolean isDoubtful(Pin pin, int now) {
        Agreed agreed = pin.agreed();
        return agreed.era() != now || !agreed.holds(pin);
    }

    /** Asks for some of the pins that are doubtful, if there are any left of this round. */
    private void askSome() {
        if (doubtful == null || round != rounds.get()) {
            round = rounds.get();
            doubtful = table.pins().iterator();
        }
        int asked = 0;
        for (int seen = 0; seen < SEEN_A_TICK && asked < ASKED_A_TICK && isUp() && doubtful.hasNext(); seen++) {
            Pin pin = doubtful.next();
            if (pin.word() == null && isDoubtful(pin, era.get())) {
                refresh(pin);
                asked++;
            }
        }
    }

    private void refresh(Pin pin) {
        FleetWord word = FleetWord.inPassing();
        if (pin.asksFirst(word)) {
            ask(pin, word, Operation.REFRESH);
        }
    }

    private void ask(Pin pin, FleetWord word, Operation operation) {
        Binding wanted = roster().binding(pin);
        if (wanted == null) {
            pin.answered(word); // of a backend that is gone: its next request moves it
            word.over(false);
            return;
        }
        Agreed before = pin.agreed();
        pin.agreed(before.sending(wanted.text()));
        Asked asked = new Asked(pin, word, operation, before.expected(), wanted.text(), era.get());
        long ttl = table.nanosLeft(pin) + pin.idleTtlNanos() / REFRESHES; // that late it is told of use
        shared.bind(pin.key(), asked.expected, wanted, TimeUnit.NANOSECONDS.toMillis(ttl) + 1, asked);
    }

    /** The shared table says that the session is bound there; one of a backend that this proxy does not have is bound anew by its next request. */
    private void take(Pin pin, String text, int since, BooleanSupplier due) {
        Binding now = Binding.of(text);
        Roster roster = roster();
        int slot = now == null ? SessionTable.NONE : roster.slot(new BackendName(now.pool(), now.backend()));
        int first = now == null ? SessionTable.NONE : roster.slot(new BackendName(now.pool(), now.first()));
        int firstSlot = first == SessionTable.NONE ? slot : first;
        pin.agreed(new Agreed(text, null, slot, firstSlot, nanoTime.getAsLong(), since));
        if (slot != SessionTable.NONE && (pin.slot() != slot || pin.firstSlot() != firstSlot)) {
            table.follow(pin, slot, firstSlot, due);
        }
    }

    private void pulse(SharedTable.Pulse pulse) {
        Fault fault = pulse.fault();
        if (fault != null) {
            reach.failed(fault);
        } else {
            if (!mark.equals(pulse.mark())) {
                mark = pulse.mark();
                missed();
            }
            if (!isUp()) {
                rounds.incrementAndGet(); // what was bound while it was away
                reach.alive();
            } else {
                reach.answered();
            }
        }
        beating = false;
    }

    private void observed(Operation operation, Said said, Result otherwise) {
        Fault fault = said.fault();
        observer.asked(operation, fault == null ? otherwise : Result.of(fault.kind()));
        if (fault == null) {
            reach.answered();
        } else {
            reach.failed(fault);
        }
    }

    @SuppressWarnings("ReferenceEquality") // each table is another one, and none is looked into to find out
    private Roster roster() {
        RoutingTable newest = backends.get();
        Named known = named;
        if (known == null || known.table() != newest) {
            known = new Named(newest, new Roster(newest));
            named = known;
        }
        return known.roster();
    }

    /** A decision that binds a session, and what the fleet is asked about it. */
    final class Question implements SessionTable.Choice {

        private final SessionChoice choice;
        private @Nullable Pin pin;
        private @Nullable FleetWord word;

        private Question(SessionChoice choice) {
            this.choice = choice;
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
                if (isUp()) {
                    word = FleetWord.awaited();
                    bound.asks(word);
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
                observer.asked(operation, Result.AWAY);
            } else {
                Fleet.this.ask(pin, word, operation);
            }
            return word;
        }
    }

    /** One question that the shared table was asked. */
    private final class Asked implements Consumer<Said> {

        private final Pin pin;
        private final FleetWord word;
        private final Operation operation;
        private final List<String> expected;
        private final String wanted;
        private final int since;

        Asked(Pin pin, FleetWord word, Operation operation, List<String> expected, String wanted, int since) {
            this.pin = pin;
            this.word = word;
            this.operation = operation;
            this.expected = expected;
            this.wanted = wanted;
            this.since = since;
        }

        @Override
        public void accept(Said said) {
            String before = said.before();
            String now = before == null || expected.contains(before) ? wanted : before;
            if (said.fault() == null && pin.word() == word) {
                take(pin, now, since, () -> pin.word() == word);
            }
            observed(operation, said, now.equals(wanted) ? Result.AGREED : Result.OTHER);
            pin.answered(word);
            word.over(before != null);
        }
    }
}
