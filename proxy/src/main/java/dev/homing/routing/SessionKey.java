// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

/**
 * A session as everything but the backend knows it: the 64-bit keyed hash of pool and client-given id. The id itself is never kept, so a
 * key may be logged.
 *
 * @param hash SipHash-2-4 of the pool's name and the id's bytes
 */
public record SessionKey(long hash) {

    /** 16 lower-case hex digits. */
    public String hex() {
        String digits = Long.toHexString(hash);
        return "0".repeat(16 - digits.length()) + digits;
    }

    @Override
    public String toString() {
        return hex();
    }
}
