// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash of a text that comes in parts, with a line feed between them: a text, and a list with this one text in it, are the same. */
final class Passage {

    private final MessageDigest digest = sha256();
    private boolean empty = true;

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    void add(String part) {
        if (!empty) {
            digest.update((byte) '\n');
        }
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        empty = false;
    }

    /** A passage that this one goes on with. */
    void add(Passage finished) {
        digest.update(finished.hash());
        empty = false;
    }

    boolean isEmpty() {
        return empty;
    }

    /** The hash of all that was added: the last call. */
    byte[] hash() {
        return digest.digest();
    }
}
