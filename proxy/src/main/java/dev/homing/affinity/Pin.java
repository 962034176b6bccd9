// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bond between a session and the backend that has its cache. One object for as long as the session is remembered: a move changes the slot in it,
 * so that requests under way when it moves still count as its own. It is what it is found by, see {@link SessionKey}.
 *
 * <pre>
 * idle -> running   a request comes before the idle TTL is over
 * running -> idle   its last request ends, and the TTL begins
 * idle -> ended     the TTL is over
 * any -> ended      somebody forgets it
 * </pre>
 *
 * One that has ended takes no more requests; those under way go on.
 */
public final class Pin extends SessionKey {

    private static final AtomicIntegerFieldUpdater<Pin> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Pin.class, "state");

    private static final AtomicReferenceFieldUpdater<Pin, @Nullable FleetTalk> TALK =
            AtomicReferenceFieldUpdater.newUpdater(Pin.class, FleetTalk.class, "talk");

    /** Of no backend: there is nothing to return to. */
    private static final int UNKNOWN_LIFE = -1;

    /** Of {@link #state}: it has ended. */
    private static final int ENDED = Integer.MIN_VALUE;

    /** Of {@link #state}: how many requests run. */
    private static final int COUNT = -1 >>> (1 + Doubt.BITS);

    /** Of {@link #state}: where its {@link Doubt} begins. */
    private static final int DOUBT_SHIFT = Integer.SIZE - 1 - Doubt.BITS;

    /** Written by {@link SessionTable} alone, under the lock of the session's entry. */
    private volatile int firstSlot = SessionTable.NONE;

    /** Written under that lock, and by any loop that sends a request of the session to its first backend; the last one counts. */
    private volatile int firstLife = UNKNOWN_LIFE;

    /** Written by {@link SessionTable} alone, under the lock of the session's entry. */
    private volatile int slot = SessionTable.NONE;

    /**
     * Requests that run, a {@link Doubt}, and whether it has ended: in one number, since a million pins that are an eighth larger are felt. Written by any
     * loop, by {@link #STATE} alone.
     */
    private volatile int state;

    /** Written by any loop; the last request's value counts. */
    private volatile long idleTtlNanos;

    /** When its TTL is over unless a request runs. Written by any loop, before it counts a request out. */
    private volatile long endNanos;

    /** A {@link LastPrompt}. Written by any loop; the last request's value counts. */
    private volatile long lastPrompt = LastPrompt.NONE;

    /** Written once, by whoever needs it first; null in a proxy alone. */
    private volatile @Nullable FleetTalk talk;

    /** What a request is told that follows it. Written by any loop; any value will do, since readers check it. */
    private @Nullable Routed followed;

    /** One that is bound nowhere yet. */
    Pin(SessionKey key) {
        super(key.hash());
    }

    /** One that is remembered from before; it may have moved since it began. */
    static Pin remembered(SessionKey key, int slot, int firstSlot, long idleTtlNanos, long endNanos) {
        Pin pin = new Pin(key);
        pin.slot = slot;
        pin.firstSlot = firstSlot;
        pin.idleTtlNanos = idleTtlNanos;
        pin.endNanos = endNanos;
        return pin;
    }

    public SessionKey key() {
        return this;
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
        return state & COUNT;
    }

    /** Whether its requests find it no more; the clock is asked only where it matters. */
    boolean hasEnded(LongSupplier nanoTime) {
        int now = state;
        return now < 0 || ((now & COUNT) == 0 && nanoTime.getAsLong() - endNanos >= 0);
    }

    /** How long it lives if no other request comes: its whole TTL while one runs. */
    long nanosLeft(long now) {
        if (running() > 0) {
            return idleTtlNanos;
        }
        return state < 0 ? 0 : Math.max(0, endNanos - now);
    }

    /** The first slot is where it began. */
    void move(int toSlot) {
        if (slot == SessionTable.NONE) {
            firstSlot = toSlot;
        }
        slot = toSlot;
    }

    /** Counts a request in; {@code ttlNanos} says how long the pin shall outlive it. False when it has ended: then nothing is counted. */
    boolean enter(long ttlNanos, long now) {
        int before = state;
        while (before >= 0 && ((before & COUNT) > 0 || now - endNanos < 0)) {
            if (STATE.compareAndSet(this, before, before + 1)) {
                idleTtlNanos = ttlNanos;
                return true;
            }
            before = state;
        }
        return false;
    }

    /** Counts a request in for which it is bound, under the lock of its entry, so that it cannot have ended. */
    void admit(long ttlNanos, long now) {
        endNanos = now + ttlNanos;
        idleTtlNanos = ttlNanos;
        STATE.incrementAndGet(this);
    }

    /** Counts a request out. */
    void leave(long now) {
        endNanos = now + idleTtlNanos;
        int before = STATE.getAndDecrement(this);
        assert (before & COUNT) > 0 : "a request of session " + hex() + " was released twice";
    }

    /** Takes no more requests. */
    void end() {
        STATE.updateAndGet(this, before -> before | ENDED);
    }

    /** Takes no more requests if none runs and its TTL is over; returns whether it is so. */
    boolean endIfIdle(long now) {
        int before = state;
        return (before & COUNT) == 0 && now - endNanos >= 0 && STATE.compareAndSet(this, before, before | ENDED);
    }

    /** What a request is told that follows it to that backend: as a rule what the last one was told, so that it takes no memory. */
    @SuppressWarnings("ReferenceEquality") // one of an older table may be unlike it in anything
    Routed followed(Backend to) {
        Routed known = followed;
        if (known == null || known.backend() != to) {
            known = new Routed(to, Decision.PINNED, this, null);
            followed = known;
        }
        return known;
    }

    /** Gives back what only saves work when the next request comes soon. */
    void rest() {
        if (running() == 0) {
            followed = null;
        }
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
        int before = state;
        int after = Doubt.after(doubt(before), sign);
        while (after != doubt(before) && !STATE.compareAndSet(this, before, withDoubt(before, after))) {
            before = state;
            after = Doubt.after(doubt(before), sign);
        }
        return Doubt.suspect(after) && !Doubt.suspect(doubt(before));
    }

    private static int doubt(int state) {
        return (state & ~ENDED) >> DOUBT_SHIFT;
    }

    private static int withDoubt(int state, int doubt) {
        return (state & (ENDED | COUNT)) | doubt << DOUBT_SHIFT;
    }

    /** Why it looks as if two conversations went by this session's id, null when it does not. */
    public @Nullable Suspicion suspicion() {
        int doubt = doubt(state);
        return Doubt.suspect(doubt)
                ? new Suspicion(Doubt.saw(doubt, Doubt.Sign.SHRUNK), Doubt.saw(doubt, Doubt.Sign.BESIDE))
                : null;
    }

    /** How long it outlives the session's last request. */
    public long idleTtlNanos() {
        return idleTtlNanos;
    }

    /** What the fleet has still to say to it, and its requests wait for; null = nothing. */
    @Nullable FleetWord awaited() {
        FleetTalk begun = talk;
        return begun == null ? null : begun.awaited();
    }

    /** What the fleet is asked about it, and has said. */
    FleetTalk talk() {
        FleetTalk begun = talk;
        if (begun == null) {
            TALK.compareAndSet(this, null, new FleetTalk());
            begun = Objects.requireNonNull(talk);
        }
        return begun;
    }
}
