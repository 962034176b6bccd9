// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** The first 8 KiB of a text that comes in parts, as UTF-8 with a line feed behind each. */
final class Opening {

    private static final int SIZE = 8 * 1024;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void add(String part) {
        int room = SIZE - bytes.size();
        // A character takes a byte at least.
        byte[] encoded = (part.length() > room ? part.substring(0, room) : part).getBytes(StandardCharsets.UTF_8);
        bytes.write(encoded, 0, Math.min(room, encoded.length));
        if (bytes.size() < SIZE) {
            bytes.write('\n');
        }
    }

    /** Bytes that are here. */
    int size() {
        return bytes.size();
    }

    /** Whether this and what stands before it are as long as an opening gets. */
    boolean fullBehind(Opening before) {
        return before.size() + size() >= SIZE;
    }

    /** The hash of the first 8 KiB of {@code before} and this. */
    String hashBehind(Opening before) {
        MessageDigest digest = Passage.sha256();
        digest.update(before.bytes.toByteArray());
        digest.update(bytes.toByteArray(), 0, Math.min(size(), SIZE - before.size()));
        return HexFormat.of().formatHex(digest.digest());
    }
}
