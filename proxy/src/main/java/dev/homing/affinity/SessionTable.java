// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.homing.routing.SessionKey;
import java.util.Collections;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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
 * <p>What keeps a running session from expiring: Caffeine asks a pin how long it may live. A read may raise that to "for ever", and does so once the
 * request is counted in; only a write, under the entry's lock, lowers it, when the last request is counted out. A write may thus overlook a
 * request that came in meanwhile, so {@link #release} looks again after it.
 */
public final class SessionTable {

    /** The slot of no backend. */
    public static final int NONE = -1;

    private final long maxSessions;
    private final Cache<SessionKey, Pin> pins;
    private final ConcurrentHashMap<Integer, LongAdder> sessions = new ConcurrentHashMap<>();
    private final LongAdder expired = new LongAdder();
    private final LongAdder pushedOut = new LongAdder();

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
        this.pins = Caffeine.newBuilder()
                .maximumSize(maxSessions)
                .expireAfter(new IdleTime())
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .evictionListener(this::evicted)
                .build();
    }

    /** Sessions bound to that backend, exactly: counted where they are bound, moved and forgotten. Idle ones count until they are swept. */
    public long sessions(int slot) {
        LongAdder count = sessions.get(slot);
        return count == null ? 0 : count.sum();
    }

    /** Sessions in the table. */
    public long size() {
        return pins.estimatedSize();
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

    /** The session's pin, for somebody who only looks: nothing is counted and its TTL goes on. */
    public @Nullable Pin peek(SessionKey key) {
        return pins.policy().getIfPresentQuietly(key);
    }

    /**
     * All pins, each once, in no order. Sessions that come, move or go while the caller looks may be seen as before or as after; nobody waits for it.
     */
    public Iterable<Pin> pins() {
        return Collections.unmodifiableCollection(pins.asMap().values());
    }

    /** How long a pin lives if no other request comes: its whole idle TTL while one runs, 0 when it is forgotten already. */
    public long nanosLeft(Pin pin) {
        if (pin.running() > 0) {
            return pin.idleTtlNanos();
        }
        long left = variable().getExpiresAfter(pin.key(), TimeUnit.NANOSECONDS).orElse(0);
        return Math.min(left, pin.idleTtlNanos()); // for ever, when the last request is being counted out just now
    }

    /**
     * Binds a session that is remembered from before and has no request running. False when it is bound already: what happened since counts.
     *
     * @param firstSlot where it began
     * @param leftNanos how long its pin lives if no request comes, {@code > 0}
     */
    boolean restore(SessionKey key, int slot, int firstSlot, long idleTtlNanos, long leftNanos) {
        Pin pin = new Pin(key, slot, firstSlot);
        pin.idleTtl(idleTtlNanos);
        if (variable().putIfAbsent(key, pin, leftNanos, TimeUnit.NANOSECONDS) != null) {
            return false;
        }
        count(slot, +1);
        return true;
    }

    private Policy.VarExpiration<SessionKey, Pin> variable() {
        return pins.policy().expireVariably().orElseThrow();
    }

    /** Forgets a session. Its running requests go on; its next one is placed anew. Returns whether there was a pin. */
    public boolean forget(SessionKey key) {
        boolean[] found = new boolean[1];
        pins.asMap().computeIfPresent(key, (k, pin) -> {
            count(pin.slot(), -1);
            found[0] = true;
            return null;
        });
        return found[0];
    }

    /** Forgets what has been idle for too long. Traffic does the same bit by bit; without traffic somebody has to call this, say each second. */
    public void sweep() {
        pins.cleanUp();
    }

    /** The session's pin, null when it has none. The caller may look at it, and {@link #enter} it. */
    @Nullable Pin find(SessionKey key) {
        return pins.getIfPresent(key);
    }

    /**
     * Counts a request of the session in, so that its pin stays until {@link #release}. False when the pin was forgotten since it was found: then
     * nothing is counted.
     */
    boolean enter(Pin pin, long idleTtlNanos) {
        pin.enter(idleTtlNanos);
        if (pins.getIfPresent(pin.key()) == pin) {
            return true;
        }
        pin.leave();
        return false;
    }

    /**
     * Binds the session where {@code choice} says, given the slot that it is bound to ({@link #NONE} = no pin), and counts a request in. One choice at
     * a time is made for a session, so that requests that come together end up together. When {@code choice} answers {@link #NONE} all
     * stays as it was and null is returned.
     */
    @Nullable Pin bind(SessionKey key, long idleTtlNanos, Choice choice) {
        Pin[] bound = new Pin[1];
        pins.asMap().compute(key, (k, pin) -> {
            int before = pin == null ? NONE : pin.slot();
            int after = choice.applyAsInt(before);
            if (after == NONE) {
                return pin;
            }
            Pin result = pin == null ? new Pin(k, after) : pin;
            if (after != before) {
                result.move(after);
                count(before, -1);
                count(after, +1);
            }
            choice.bound(result);
            result.enter(idleTtlNanos);
            bound[0] = result;
            return result;
        });
        if (bound[0] == null) {
            settle(key); // the unchanged pin was written nevertheless
        }
        return bound[0];
    }

    /** Moves a pin to where somebody else has bound its session, if it is still {@code due} when nobody else can choose for it. */
    void follow(Pin pin, int slot, int firstSlot, BooleanSupplier due) {
        pins.asMap().computeIfPresent(pin.key(), (k, present) -> {
            if (present == pin && due.getAsBoolean()) {
                if (pin.slot() != slot) {
                    count(pin.slot(), -1);
                    count(slot, +1);
                }
                pin.follow(slot, firstSlot);
            }
            return present;
        });
        settle(pin.key());
    }

    /** Counts a request out; with the last one the idle TTL begins to run. */
    void release(Pin pin) {
        if (pin.leave() == 0) {
            settle(pin.key());
        }
    }

    private void settle(SessionKey key) {
        Pin present;
        do {
            present = pins.asMap().computeIfPresent(key, (k, pin) -> pin); // a write: the TTL is asked anew
            if (present == null || present.running() == 0) {
                return;
            }
            Pin unused = pins.getIfPresent(key); // somebody came in while the TTL was written: reading makes up for it
        } while (present.running() == 0);
    }

    private void evicted(@Nullable SessionKey key, @Nullable Pin pin, RemovalCause cause) {
        if (pin != null) {
            count(pin.slot(), -1);
            (cause == RemovalCause.SIZE ? pushedOut : expired).increment();
        }
    }

    private void count(int slot, int change) {
        if (slot != NONE) {
            sessions.computeIfAbsent(slot, s -> new LongAdder()).add(change);
        }
    }

    /** How long a pin may live from now. */
    private static final class IdleTime implements Expiry<SessionKey, Pin> {

        @Override
        public long expireAfterCreate(SessionKey key, Pin pin, long now) {
            return lifetime(pin, pin.idleTtlNanos());
        }

        @Override
        public long expireAfterUpdate(SessionKey key, Pin pin, long now, long current) {
            return lifetime(pin, pin.idleTtlNanos());
        }

        @Override
        public long expireAfterRead(SessionKey key, Pin pin, long now, long current) {
            return lifetime(pin, current);
        }

        private static long lifetime(Pin pin, long idle) {
            return pin.running() > 0 ? Long.MAX_VALUE : idle;
        }
    }
}
