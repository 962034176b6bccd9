// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The bond between a session and the backend that has its cache. One object for as long as the session is remembered: a move changes the slot in it,
 * so that requests under way when it moves still count as its own.
 */
public final class Pin {

    private static final AtomicIntegerFieldUpdater<Pin> RUNNING =
            AtomicIntegerFieldUpdater.newUpdater(Pin.class, "running");

    private static final AtomicIntegerFieldUpdater<Pin> DOUBT =
            AtomicIntegerFieldUpdater.newUpdater(Pin.class, "doubt");

    private static final AtomicReferenceFieldUpdater<Pin, @Nullable FleetWord> WORD =
            AtomicReferenceFieldUpdater.newUpdater(Pin.class, FleetWord.class, "word");

    /** Of no backend: there is nothing to return to. */
    private static final int UNKNOWN_LIFE = -1;

    private final SessionKey key;

    /** Written by {@link SessionTable} alone, under the lock of the session's entry. */
    private volatile int firstSlot;

    /** Written under that lock, and by any loop that sends a request of the session to its first backend; the last one counts. */
    private volatile int firstLife;

    /** Written by {@link SessionTable} alone, under the lock of the session's entry. */
    private volatile int slot;

    /** Written by any loop, by {@link #RUNNING} alone. */
    private volatile int running;

    /** Written by any loop; the last request's value counts. */
    private volatile long idleTtlNanos;

    /** A {@link LastPrompt}. Written by any loop; the last request's value counts. */
    private volatile long lastPrompt = LastPrompt.NONE;

    /** A {@link Doubt}. Written by any loop, by {@link #DOUBT} alone. */
    private volatile int doubt = Doubt.NONE;

    /** What is asked of the fleet; null when nothing is, as in a proxy alone. Set by whoever asks, taken back by the answer to it. */
    private volatile @Nullable FleetWord word;

    /** What the fleet has said; {@link Agreed#NOTHING} in a proxy alone. Written by {@link Fleet} alone; the last word counts. */
    private volatile Agreed agreed = Agreed.NOTHING;

    Pin(SessionKey key, int slot) {
        this(key, slot, slot);
    }

    /** One that is remembered from before; it may have moved since it began. */
    Pin(SessionKey key, int slot, int firstSlot) {
        this.key = key;
        this.firstSlot = firstSlot;
        this.firstLife = UNKNOWN_LIFE;
        this.slot = slot;
    }

    public SessionKey key() {
        return key;
    }

    /** The slot of the backend that it is bound to. */
    public int slot() {
        return slot;
    }

    /** The slot of the backend that it began on, or to which it went of its own accord, for load. */
    public int firstSlot() {
        return firstSlot;
    }

    /**
     * The first backend of a session that is bound elsewhere, when it may go back there: it takes new sessions, and it did not restart since, so that
     * what it had in its cache may still be there. Else null.
     */
    @Nullable Backend returning(Pool pool) {
        if (!pool.rules().returnHome() || slot == firstSlot) {
            return null;
        }
        Backend first = pool.bySlot(firstSlot);
        return first != null && first.takesNew() && first.life().is(firstLife) ? first : null;
    }

    /** From now on that is its first backend. */
    void begin(Backend first) {
        firstSlot = first.slot();
        firstLife = first.life().number();
    }

    /** A request goes there, which may be its first backend in another life. */
    void serve(Backend backend) {
        int life = backend.life().number();
        if (backend.slot() == firstSlot && life != firstLife) {
            firstLife = life;
        }
    }

    /** Somebody else moved it. Whether its first backend is still in the life that had the session nobody here knows, unless it was here before. */
    void follow(int toSlot, int first) {
        if (first != firstSlot) {
            firstSlot = first;
            firstLife = UNKNOWN_LIFE;
        }
        slot = toSlot;
    }

    /** Requests of the session that have not ended. */
    public int running() {
        return running;
    }

    void move(int toSlot) {
        slot = toSlot;
    }

    /** Counts a request in; {@code ttlNanos} says how long the pin shall outlive it. */
    void enter(long ttlNanos) {
        idleTtlNanos = ttlNanos;
        RUNNING.incrementAndGet(this);
    }

    /** Counts a request out and returns how many are left. */
    int leave() {
        int left = RUNNING.decrementAndGet(this);
        assert left >= 0 : "a request of session " + key + " was released twice";
        return left;
    }

    /** A {@link LastPrompt}. */
    long lastPrompt() {
        return lastPrompt;
    }

    void lastPrompt(long packed) {
        lastPrompt = packed;
    }

    /** Takes note of what a turn says; returns whether the session is a suspect by it that was none before, true once. */
    boolean note(Doubt.Sign sign) {
        int before = doubt;
        int after = Doubt.after(before, sign);
        while (after != before && !DOUBT.compareAndSet(this, before, after)) {
            before = doubt;
            after = Doubt.after(before, sign);
        }
        return Doubt.suspect(after) && !Doubt.suspect(before);
    }

    /** Why it looks as if two conversations went by this session's id, null when it does not. */
    public @Nullable Suspicion suspicion() {
        int now = doubt;
        return Doubt.suspect(now)
                ? new Suspicion(Doubt.saw(now, Doubt.Sign.SHRUNK), Doubt.saw(now, Doubt.Sign.BESIDE))
                : null;
    }

    /** How long it outlives the session's last request. */
    public long idleTtlNanos() {
        return idleTtlNanos;
    }

    void idleTtl(long nanos) {
        idleTtlNanos = nanos;
    }

    /** What the fleet has still to say to it, and its requests wait for; null = nothing. */
    @Nullable FleetWord awaited() {
        FleetWord asked = word;
        return asked != null && asked.isAwaited() ? asked : null;
    }

    /** What is asked of the fleet, null = nothing. */
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
