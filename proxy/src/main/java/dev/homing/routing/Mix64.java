// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.nio.charset.StandardCharsets;

/**
 * The unkeyed 64-bit hashes that placement is made of. They are part of what a fleet agrees on: a change would move every session, so
 * golden vectors pin them for ever.
 */
public final class Mix64 {

    /** FNV-1a's offset basis for 64 bits. */
    private static final long FNV_BASIS = 0xcbf29ce484222325L;

    private static final long FNV_PRIME = 0x100000001b3L;

    private Mix64() {}

    /** A bijection with full avalanche: each bit of the input turns each bit of the output with probability one half. SplitMix64's finisher. */
    public static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** The hash of a backend's id: FNV-1a of its UTF-8 bytes, mixed, since FNV alone leaves the high bits of short ids alike. */
    public static long hashId(String id) {
        return mix(fnv1a(id.getBytes(StandardCharsets.UTF_8)));
    }

    static long fnv1a(byte[] bytes) {
        long hash = FNV_BASIS;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return hash;
    }
}
