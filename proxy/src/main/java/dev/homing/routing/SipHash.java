// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The keyed hash that turns a client's session id into a {@link SessionKey}: SipHash-2-4 of Aumasson and Bernstein. Keyed, because who
 * does not know the seed can then neither guess an id back from a log nor make up ids that all land on one replica.
 */
public final class SipHash {

    private final long k0;
    private final long k1;

    SipHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** The hash that a fleet shares: its key is the first 16 bytes of the seed's SHA-256, little endian. */
    public static SipHash ofSeed(String seed) {
        ByteBuffer key =
                ByteBuffer.wrap(sha256(seed.getBytes(StandardCharsets.UTF_8))).order(ByteOrder.LITTLE_ENDIAN);
        return new SipHash(key.getLong(), key.getLong());
    }

    /**
     * The key of the session that {@code value} names in that pool: the hash of the pool's name in UTF-8, a zero byte, and the value.
     *
     * @param value chars stand for bytes: 0 to 255, as an HTTP decoder gives them
     * @param start of the id within {@code value}
     * @param end behind its last char
     */
    public SessionKey key(String pool, CharSequence value, int start, int end) {
        Digest digest = begin(pool);
        for (int i = start; i < end; i++) {
            digest.add(value.charAt(i));
        }
        return new SessionKey(digest.finish());
    }

    /**
     * The key of a session that is one only together with a credential: between the pool's zero byte and the value stand the 8 bytes of the
     * credential's own hash, little endian.
     *
     * @param credential chars stand for bytes, as those of the value do
     */
    public SessionKey key(String pool, CharSequence credential, CharSequence value, int start, int end) {
        Digest own = new Digest(k0, k1);
        for (int i = 0; i < credential.length(); i++) {
            own.add(credential.charAt(i));
        }
        long scope = own.finish();
        Digest digest = begin(pool);
        for (int shift = 0; shift < 64; shift += 8) {
            digest.add((int) (scope >>> shift));
        }
        for (int i = start; i < end; i++) {
            digest.add(value.charAt(i));
        }
        return new SessionKey(digest.finish());
    }

    /** The key of a session whose id is at hand as bytes, without a credential. */
    public SessionKey key(String pool, byte[] value) {
        Digest digest = begin(pool);
        for (byte b : value) {
            digest.add(b);
        }
        return new SessionKey(digest.finish());
    }

    /**
     * What tells this seed from others without telling what it is. The hash of a message without a zero byte, so it is no session's.
     */
    public long fingerprint() {
        return hash("homing".getBytes(StandardCharsets.UTF_8));
    }

    long hash(byte[] message) {
        Digest digest = new Digest(k0, k1);
        for (byte b : message) {
            digest.add(b);
        }
        return digest.finish();
    }

    private Digest begin(String pool) {
        Digest digest = new Digest(k0, k1);
        for (byte b : pool.getBytes(StandardCharsets.UTF_8)) {
            digest.add(b);
        }
        digest.add(0);
        return digest;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** A hash under way. Never leaves the method that made it, so the compiler keeps it in registers. */
    private static final class Digest {

        private long v0;
        private long v1;
        private long v2;
        private long v3;
        private long word;
        private int length;

        Digest(long k0, long k1) {
            v0 = k0 ^ 0x736f6d6570736575L;
            v1 = k1 ^ 0x646f72616e646f6dL;
            v2 = k0 ^ 0x6c7967656e657261L;
            v3 = k1 ^ 0x7465646279746573L;
        }

        void add(int octet) {
            word |= (octet & 0xffL) << (8 * (length & 7));
            length++;
            if ((length & 7) == 0) {
                compress();
            }
        }

        long finish() {
            word |= (long) length << 56;
            compress();
            v2 ^= 0xff;
            round();
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void compress() {
            v3 ^= word;
            round();
            round();
            v0 ^= word;
            word = 0;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
