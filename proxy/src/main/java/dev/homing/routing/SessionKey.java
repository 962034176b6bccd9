// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import org.jspecify.annotations.Nullable;

/**
 * A session as everything but the backend knows it: the 64-bit keyed hash of pool and client-given id. The id itself is never kept, so a
 * key may be logged. A value: keys of the same hash are equal, whatever else they are. It is open to be more than a key so that a sticky table's entry may
 * be its own, which takes a sixth off a table of a million.
 */
public class SessionKey {

    private final long hash;

    /** @param hash SipHash-2-4 of the pool's name and the id's bytes */
    public SessionKey(long hash) {
        this.hash = hash;
    }

    public final long hash() {
        return hash;
    }

    /** 16 lower-case hex digits. */
    public final String hex() {
        String digits = Long.toHexString(hash);
        return "0".repeat(16 - digits.length()) + digits;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof SessionKey key && key.hash == hash;
    }

    @Override
    public final int hashCode() {
        return Long.hashCode(hash);
    }

    @Override
    public final String toString() {
        return hex();
    }
}
