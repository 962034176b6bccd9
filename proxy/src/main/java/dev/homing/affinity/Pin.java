// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.SessionKey;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * The bond between a session and the backend that has its cache. One object for as long as the session is remembered: a move changes the slot in it,
 * so that requests under way when it moves still count as its own.
 */
public final class Pin {

    private static final AtomicIntegerFieldUpdater<Pin> RUNNING =
            AtomicIntegerFieldUpdater.newUpdater(Pin.class, "running");

    private final SessionKey key;
    private final int firstSlot;

    /** Written by {@link SessionTable} alone, under the lock of the session's entry. */
    private volatile int slot;

    /** Written by any loop, by {@link #RUNNING} alone. */
    private volatile int running;

    /** Written by any loop; the last request's value counts. */
    private volatile long idleTtlNanos;

    /** A {@link LastPrompt}. Written by any loop; the last request's value counts. */
    private volatile long lastPrompt = LastPrompt.NONE;

    Pin(SessionKey key, int slot) {
        this(key, slot, slot);
    }

    /** One that is remembered from before; it may have moved since it began. */
    Pin(SessionKey key, int slot, int firstSlot) {
        this.key = key;
        this.firstSlot = firstSlot;
        this.slot = slot;
    }

    public SessionKey key() {
        return key;
    }

    /** The slot of the backend that it is bound to. */
    public int slot() {
        return slot;
    }

    /** The slot of the backend that it was first bound to. */
    public int firstSlot() {
        return firstSlot;
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

    /** How long it outlives the session's last request. */
    public long idleTtlNanos() {
        return idleTtlNanos;
    }

    void idleTtl(long nanos) {
        idleTtlNanos = nanos;
    }
}
