// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at whole bodies, and at bodies in pieces. */
final class Looks {

    static final int PEEK = 1 << 20;

    private Looks() {}

    static Wanted keys(String... paths) {
        return new Wanted(BodyKeys.of(List.of(paths)), null);
    }

    static Wanted identity(PromptShape shape) {
        return new Wanted(null, new Wanted.OfPrompt(shape, true, false));
    }

    static Wanted opening(PromptShape shape) {
        return new Wanted(null, new Wanted.OfPrompt(shape, false, true));
    }

    /** All of it at once. */
    static Look at(String body, Wanted wanted) {
        return at(body, wanted, PEEK);
    }

    static Look at(String body, Wanted wanted, int peek) {
        byte[] bytes = body.getBytes(UTF_8);
        return at(bytes, bytes.length, wanted, peek);
    }

    /** Cut once, in memory of both kinds. */
    static Look at(byte[] bytes, int cut, Wanted wanted, int peek) {
        Look look = Look.begin(wanted, peek);
        look.read(ByteBuffer.allocateDirect(cut).put(bytes, 0, cut).flip());
        if (cut < bytes.length) {
            look.read(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
        }
        look.end();
        return look;
    }

    /** Byte by byte. */
    static Look slowly(String body, Wanted wanted, int peek) {
        Look look = Look.begin(wanted, peek);
        for (byte b : body.getBytes(UTF_8)) {
            look.read(ByteBuffer.wrap(new byte[] {b}));
        }
        look.end();
        return look;
    }

    /** The value that was found, null when there is none. */
    static @Nullable String value(Look look) {
        BodyKey key = look.key();
        return key == null ? null : key.value();
    }
}
