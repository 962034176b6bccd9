// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.homing.routing.SessionKey;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The sticky table: which backend each session is bound to, for all pools and all event loops. A pin is forgotten when its idle TTL has passed
 * since the session's last request ended, or when the table is full and others are of more use: the bound is hard, so it takes running
 * sessions too if it must. All its work is done on the callers' threads, in small steps.
 *
 * <p>Caffeine says whom to forget when it is full, and nothing more: how long a pin may live stands in the pin, which says itself whether a request may
 * still be counted in. So a session that stays where it is takes one look-up, no lock and no memory. A pin leaves the table under the lock of its
 * entry alone, and has ended before.
 */
public final class SessionTable {

    /** The slot of no backend. */
    public static final int NONE = -1;

    /** Pins that one {@link #sweep} looks at, some milliseconds' work at most: a million are seen within 20 sweeps. */
    private static final int SEEN_A_SWEEP = 50_000;

    private final long maxSessions;
    private final LongSupplier nanoTime;
    private final Cache<SessionKey, Pin> cache;

    /** What is in it. Each pin is its own key, which saves a million objects. */
    private final ConcurrentMap<SessionKey, Pin> pins;

    private final ConcurrentHashMap<Integer, LongAdder> sessions = new ConcurrentHashMap<>();
    private final LongAdder expired = new LongAdder();
    private final LongAdder pushedOut = new LongAdder();

    /** Where the next sweep goes on. The sweeping thread's own. */
    private Iterator<Pin> swept = Collections.emptyIterator();

    /** Says where a session is bound, given the slot that it is bound to, {@link #NONE} = no pin. */
    interface Choice extends IntUnaryOperator {

        /** Told of the pin that came of it, while nobody else can choose for that session. */
        default void bound(Pin pin) {}
    }

    /** Why the table forgot a session on its own account. */
    public enum Cause {
        /** The table was full. */
        SIZE,
        /** Idle for longer than its TTL. */
        EXPIRED
    }

    /**
     * @param maxSessions bound of the table, {@code > 0}
     * @param nanoTime a clock that never goes back, such as {@code System::nanoTime}
     */
    public SessionTable(long maxSessions, LongSupplier nanoTime) {
        if (maxSessions <= 0) {
            throw new IllegalArgumentException("maxSessions: " + maxSessions + " (expected: > 0)");
        }
        this.maxSessions = maxSessions;
        this.nanoTime = nanoTime;
        this.cache = Caffeine.newBuilder()
                .maximumSize(maxSessions)
                .executor(Runnable::run)
                .evictionListener(this::pushedOut)
                .build();
        this.pins = cache.asMap();
    }

    /** Sessions bound to that backend, exactly: counted where they are bound, moved and forgotten. Idle ones count until they are swept. */
    public long sessions(int slot) {
        LongAdder count = sessions.get(slot);
        return count == null ? 0 : count.sum();
    }

    /** Sessions in the table. */
    public long size() {
        return cache.estimatedSize();
    }

    /** The bound. */
    public long maxSessions() {
        return maxSessions;
    }

    /** How many sessions the table has forgotten for that cause. */
    public long evictions(Cause cause) {
        return switch (cause) {
            case SIZE -> pushedOut.sum();
            case EXPIRED -> expired.sum();
        };
    }

    /** The session's pin, for somebody who only looks: nothing is counted, and it is of no more use to the table. */
    public @Nullable Pin peek(SessionKey key) {
        return living(cache.policy().getIfPresentQuietly(key));
    }

    /** The session's pin, null when it has none. The caller may look at it, and {@link #enter} it. */
    @Nullable Pin find(SessionKey key) {
        return living(cache.getIfPresent(key));
    }

    private @Nullable Pin living(@Nullable Pin pin) {
        return pin == null || pin.hasEnded(nanoTime) ? null : pin;
    }

    /**
     * All pins, each once, in no order. Sessions that come, move or go while the caller looks may be seen as before or as after; nobody waits for it.
     */
    public Iterable<Pin> pins() {
        return () ->
                pins.values().stream().filter(pin -> !pin.hasEnded(nanoTime)).iterator();
    }

    /** How long a pin lives if no other request comes: its whole idle TTL while one runs, 0 when it is forgotten already. */
    public long nanosLeft(Pin pin) {
        return pin.nanosLeft(nanoTime.getAsLong());
    }

    /**
     * Binds a session that is remembered from before and has no request running. False when it is bound already: what happened since counts.
     *
     * @param firstSlot where it began
     * @param leftNanos how long its pin lives if no request comes, {@code > 0}
     */
    boolean restore(SessionKey key, int slot, int firstSlot, long idleTtlNanos, long leftNanos) {
        Pin pin = Pin.remembered(key, slot, firstSlot, idleTtlNanos, nanoTime.getAsLong() + leftNanos);
        if (pins.putIfAbsent(pin, pin) != null) {
            return false;
        }
        count(slot, +1);
        return true;
    }

    /** Forgets a session. Its running requests go on; its next one is placed anew. Returns whether there was a pin. */
    public boolean forget(SessionKey key) {
        boolean[] found = new boolean[1];
        pins.computeIfPresent(key, (k, pin) -> {
            if (kept(pin) != null) {
                pin.end();
                count(pin.slot(), -1);
                found[0] = true;
            }
            return null;
        });
        return found[0];
    }

    /**
     * Forgets what has been idle for too long, among the next some ten thousand pins, and what the others can do without while nobody asks for them.
     * Nobody is routed by a pin that has ended anyway; this gives its memory back. To be called now and then, say each second, by one thread at a time.
     */
    public void sweep() {
        if (!swept.hasNext()) {
            swept = pins.values().iterator();
        }
        for (int seen = 0; seen < SEEN_A_SWEEP && swept.hasNext(); seen++) {
            Pin pin = swept.next();
            if (pin.hasEnded(nanoTime)) {
                pins.computeIfPresent(pin, (k, present) -> kept(present));
            } else {
                pin.rest();
            }
        }
    }

    /**
     * Counts a request of the session in, so that its pin stays until {@link #release}. False when the pin has ended since it was found: then
     * nothing is counted.
     */
    boolean enter(Pin pin, long idleTtlNanos) {
        return pin.enter(idleTtlNanos, nanoTime.getAsLong());
    }

    /**
     * Binds the session where {@code choice} says, given the slot that it is bound to ({@link #NONE} = no pin), and counts a request in. One choice at
     * a time is made for a session, so that requests that come together end up together. When {@code choice} answers {@link #NONE} all
     * stays as it was and null is returned.
     */
    @Nullable Pin bind(SessionKey key, long idleTtlNanos, Choice choice) {
        peelOff(key);
        Pin fresh = new Pin(key);
        Pin[] bound = new Pin[1];
        pins.compute(fresh, (k, present) -> {
            Pin pin = present == null ? null : kept(present);
            int before = pin == null ? NONE : pin.slot();
            int after = choice.applyAsInt(before);
            if (after == NONE) {
                return pin;
            }
            Pin result = pin == null ? fresh : pin;
            if (after != before) {
                result.move(after);
                count(before, -1);
                count(after, +1);
            }
            choice.bound(result);
            result.admit(idleTtlNanos, nanoTime.getAsLong());
            bound[0] = result;
            return result;
        });
        return bound[0];
    }

    /** Moves a pin to where somebody else has bound its session, if it is still {@code due} when nobody else can choose for it. */
    @SuppressWarnings("ReferenceEquality") // the session's next pin is another one
    void follow(Pin pin, int slot, int firstSlot, BooleanSupplier due) {
        pins.computeIfPresent(pin, (k, present) -> {
            if (present == pin && due.getAsBoolean()) {
                if (pin.slot() != slot) {
                    count(pin.slot(), -1);
                    count(slot, +1);
                }
                pin.follow(slot, firstSlot);
            }
            return present;
        });
    }

    /** Counts a request out; with the last one the idle TTL begins to run. */
    void release(Pin pin) {
        pin.leave(nanoTime.getAsLong());
    }

    /** Takes a pin that has ended out of the map, where it would be the key of the next one. */
    private void peelOff(SessionKey key) {
        Pin pin = pins.get(key);
        if (pin != null && pin.hasEnded(nanoTime)) {
            pins.computeIfPresent(key, (k, present) -> kept(present));
        }
    }

    /** Null when the pin had ended, and then it is counted out. Under the lock of its entry. */
    private @Nullable Pin kept(Pin pin) {
        if (!pin.endIfIdle(nanoTime.getAsLong())) {
            return pin;
        }
        count(pin.slot(), -1);
        expired.increment();
        return null;
    }

    /** The table is full, and this one goes. Under the lock of its entry. */
    private void pushedOut(@Nullable SessionKey key, @Nullable Pin pin, RemovalCause cause) {
        if (pin != null && kept(pin) != null) {
            pin.end();
            count(pin.slot(), -1);
            pushedOut.increment();
        }
    }

    private void count(int slot, int change) {
        if (slot != NONE) {
            sessions.computeIfAbsent(slot, s -> new LongAdder()).add(change);
        }
    }
}
