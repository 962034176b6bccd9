// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What clients share.
 *
 * @param address where they connect to
 * @param until when the last of them begins a request, on {@link System#nanoTime}
 */
record Scene(InetSocketAddress address, long until, Judge judge, AtomicLong nonces) {

    /** Odd, so that all numbers are hashed to different ones. */
    private static final long SCATTER = 0x9E3779B97F4A7C15L;

    /** The same again for so long from now. */
    Scene lasting(Duration length) {
        return new Scene(address, System.nanoTime() + length.toNanos(), judge, nonces);
    }

    boolean goesOn() {
        return System.nanoTime() - until < 0;
    }

    /** One that no other request has, of 16 digits, and no part of which tells it from others. */
    String nonce() {
        return "%016x".formatted(nonces.incrementAndGet() * SCATTER);
    }
}
