// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import org.jspecify.annotations.Nullable;

/**
 * What a client got for one request.
 *
 * @param path that it asked for
 * @param status 0 when no head came
 * @param nonce that the head carried, null when none
 * @param sighting that the head carried, 0 when none
 * @param body payload, as far as it came, a character a byte
 * @param end how it ended
 */
record Answer(String path, int status, @Nullable String nonce, int sighting, String body, End end) {

    /** How an answer ends. */
    enum End {
        /** As its framing says that it does. */
        COMPLETE,
        /** Before, and so that the client sees it. */
        CUT,
        /** By the client. */
        LEFT,
        /** It does not: nothing came for longer than homing waits for anything. */
        SILENCE
    }

    static Answer none(String path, End end) {
        return new Answer(path, 0, null, 0, "", end);
    }

    /** @param sighting as the head tells it, null when it does not */
    static Answer of(String path, int status, @Nullable String nonce, @Nullable String sighting, String body, End end) {
        return new Answer(path, status, nonce, sighting == null ? 0 : Integer.parseInt(sighting), body, end);
    }
}
