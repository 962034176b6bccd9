// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.affinity.FleetObserver.Operation;
import dev.homing.affinity.SharedTable.Fault;
import dev.homing.routing.Router;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SessionKey;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the sticky table of this proxy and the one that its fleet shares in step. What binds a session asks the shared table, where the first one
 * to ask wins; what follows a pin asks nobody. What other proxies bind is taken over as it is told. Pins that are doubtful are asked for again, by their next request,
 * which does not wait for it, and bit by bit by {@link #tick}.
 */
public final class Fleet implements SharedTable.Listener {

    /** Nanoseconds between two calls of {@link #tick}. */
    public static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Ticks between two signs of life. */
    static final int BEAT_TICKS = 10;

    private final String self;
    private final SessionTable table;
    private final SharedTable shared;
    private final LongSupplier nanoTime;
    private final Rosters rosters;
    private final Reach reach;
    private final PendingElsewhere elsewhere;
    private final Consultation consultation;
    private final Rounds rounds;

    /** Whether a sign of life is on its way. Written by the thread that ticks and by the answer. */
    private volatile boolean beating;

    /** The mark of the last sign of life. Written by the answers, of which there is one at a time. */
    private volatile String mark = "";

    /** The ticking thread's own. */
    private int ticks;

    /** Whether something was pending when the others were told last. The ticking thread's own. */
    private boolean spoke;

    /**
     * @param self what this proxy calls itself, as no other does; one word
     * @param backends as they are when it is asked
     * @param nanoTime a monotonic clock, in nanoseconds
     */
    public Fleet(
            String self,
            SessionTable table,
            SharedTable shared,
            Supplier<RoutingTable> backends,
            LongSupplier nanoTime,
            FleetObserver observer) {
        this.self = self;
        this.table = table;
        this.shared = shared;
        this.nanoTime = nanoTime;
        this.rosters = new Rosters(backends);
        this.reach = new Reach(observer, nanoTime);
        this.elsewhere = new PendingElsewhere(nanoTime);
        this.consultation = new Consultation(table, shared, rosters, nanoTime, reach);
        this.rounds = new Rounds(table, consultation, reach);
    }

    /** What backends have pending from the other proxies, as far as those have told it lately. */
    public Router.PendingTokens pendingElsewhere() {
        return elsewhere;
    }

    /** Whether the shared table answers. */
    public boolean isUp() {
        return reach.isUp();
    }

    /** To be called every {@link #TICK_NANOS}, always by the same thread. */
    public void tick() {
        if (ticks++ % BEAT_TICKS == 0 && !beating) {
            beating = true;
            long asked = nanoTime.getAsLong();
            shared.beat(pulse -> pulse(pulse, asked));
        }
        if (isUp()) {
            rounds.tick();
        }
    }

    /** Tells the others what backends have pending from this proxy; to be called after each {@link #tick}. */
    public void tell(Router.PendingTokens own) {
        elsewhere.forgetTheSilent();
        String news = isUp() ? PendingElsewhere.news(self, rosters.now(), own) : null;
        if (news != null || spoke) {
            shared.passOn(news == null ? self : news);
        }
        spoke = news != null;
    }

    /** Forgets a session everywhere, if it is bound in that pool where one is given. {@code then} is told whether it was bound. */
    public void forget(SessionKey session, @Nullable String pool, Consumer<Boolean> then) {
        long asked = nanoTime.getAsLong();
        shared.forget(session, pool, said -> {
            reach.heard(Operation.FORGET, said, asked, true);
            then.accept(said.before() != null);
        });
    }

    /** A choice that asks the fleet when it binds its session anew. */
    FleetChoice asking(SessionChoice choice) {
        return new FleetChoice(choice, consultation, reach);
    }

    /** A request of a session follows its pin. */
    void used(Pin pin) {
        consultation.used(pin);
    }

    @Override
    public void told(SessionKey session, @Nullable Binding binding) {
        Pin pin = table.peek(session);
        if (pin != null) {
            consultation.told(pin, binding);
        }
    }

    @Override
    public void passedOn(String news) {
        elsewhere.hear(news, self, rosters.now());
    }

    @Override
    public void missed() {
        consultation.missed();
        rounds.begin();
    }

    private void pulse(SharedTable.Pulse pulse, long asked) {
        Fault fault = pulse.fault();
        if (fault != null) {
            reach.failed(fault, asked);
        } else {
            if (!mark.equals(pulse.mark())) {
                mark = pulse.mark();
                missed();
            }
            if (!isUp()) {
                rounds.begin(); // what was bound while it was away
                reach.alive();
            } else {
                reach.answered();
            }
        }
        beating = false;
    }
}
