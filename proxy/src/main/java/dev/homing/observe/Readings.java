// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;

/**
 * What others count and the meters only read, at each scrape, on the scraping thread.
 *
 * @param sessions bound to the backend in a slot
 * @param inflight requests at the backend in a slot
 * @param queued requests that wait for a backend
 * @param pendingTokens estimated prompt tokens that the backend in a slot still has to read
 * @param evictedForSize sessions that a full table forgot, since the start
 * @param evictedExpired sessions that the table forgot for their age, since the start
 */
public record Readings(
        IntToLongFunction sessions,
        IntToLongFunction inflight,
        Queued queued,
        IntToLongFunction pendingTokens,
        LongSupplier evictedForSize,
        LongSupplier evictedExpired) {

    /**
     * Requests that wait because backends are full.
     *
     * @param forBackend for the backend in a slot and no other
     * @param forAny for whichever backend of the pool with that index has room first
     */
    public record Queued(IntToLongFunction forBackend, IntToLongFunction forAny) {}
}
