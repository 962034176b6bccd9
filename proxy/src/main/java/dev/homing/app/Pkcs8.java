// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * Private keys as the JDK reads them (PKCS#8, RFC 5958), made from what older programs write: the same key without the algorithm around it. DER
 * is X.690.
 */
final class Pkcs8 {

    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;
    private static final int SEQUENCE = 0x30;

    /** The parameters of a SEC1 key: the name of its curve. */
    private static final int PARAMETERS = 0xa0;

    private static final byte[] VERSION = {INTEGER, 0x01, 0x00};

    /** {@code rsaEncryption, NULL}: RFC 8017 appendix A.1. */
    private static final byte[] RSA = {
        0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };

    /** {@code id-ecPublicKey}: RFC 5480 section 2.1.1. */
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private Pkcs8() {}

    /** From an {@code RSA PRIVATE KEY}, RFC 8017 appendix A.1.2. */
    static byte[] ofRsa(byte[] pkcs1) {
        return element(SEQUENCE, VERSION, element(SEQUENCE, RSA), element(OCTETS, pkcs1));
    }

    /**
     * From an {@code EC PRIVATE KEY}, RFC 5915.
     *
     * @throws IllegalArgumentException when it does not name its curve
     */
    static byte[] ofEc(byte[] sec1) {
        try {
            ByteBuffer key = content(ByteBuffer.wrap(sec1));
            while (key.hasRemaining()) {
                int tag = key.get(key.position()) & 0xff;
                ByteBuffer part = content(key);
                if (tag == PARAMETERS) {
                    byte[] curve = new byte[part.remaining()];
                    part.get(curve);
                    return element(SEQUENCE, VERSION, element(SEQUENCE, EC, curve), element(OCTETS, sec1));
                }
            }
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("EC key: cut off (expected: DER)", e);
        }
        throw new IllegalArgumentException("EC key: no curve (expected: a named one)");
    }

    /** What the next element holds; the buffer goes on behind it. */
    private static ByteBuffer content(ByteBuffer in) {
        in.get();
        int length = in.get() & 0xff;
        if (length >= 0x80) {
            int octets = length & 0x7f;
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = length << 8 | (in.get() & 0xff);
            }
        }
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer content = in.slice(in.position(), length);
        in.position(in.position() + length);
        return content;
    }

    private static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        int length = content.size();
        if (length < 0x80) {
            whole.write(length);
        } else {
            int octets = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
            whole.write(0x80 | octets);
            for (int i = octets - 1; i >= 0; i--) {
                whole.write(length >> (8 * i));
            }
        }
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }
}
