// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity.redis;

import dev.homing.affinity.Binding;
import dev.homing.affinity.SharedTable;
import dev.homing.routing.SessionKey;
import java.util.HexFormat;

/**
 * What things are called in Redis. All begins with {@code homing:1:} and the fingerprint of the seed that sessions are hashed with: other versions of
 * the format, and fleets with other seeds, keep out of one another's way.
 *
 * <pre>
 *   homing:1:{fingerprint}:{session}   key: where that session is bound, {@link Binding#text}
 *   homing:1:{fingerprint}:mark        key: random, written by the first proxy that finds none
 *   homing:1:{fingerprint}:mark:{n}    the same for each master of a cluster
 *   homing:1:{fingerprint}:pending     channel: what proxies have pending
 *   homing:1:{fingerprint}             channel: "{session} {binding}", or "{session}" of one that was forgotten
 * </pre>
 */
final class Names {

    private static final int HASH_DIGITS = 16;

    private final String channel;

    /** @param fingerprint of the seed */
    Names(long fingerprint) {
        this.channel = "homing:1:" + HexFormat.of().toHexDigits(fingerprint);
    }

    String channel() {
        return channel;
    }

    String pending() {
        return channel + ":pending";
    }

    String mark() {
        return channel + ":mark";
    }

    /** The marks of a cluster, of which each of its masters has one. */
    String mark(int number) {
        return mark() + ':' + number;
    }

    String key(SessionKey session) {
        return channel + ':' + session.hex();
    }

    /** Tells what a message of the channel says. One that says nothing is dropped: anybody may have sent it. */
    static void tell(String message, SharedTable.Listener listener) {
        if (message.length() < HASH_DIGITS) {
            return;
        }
        SessionKey session;
        try {
            session = new SessionKey(HexFormat.fromHexDigitsToLong(message, 0, HASH_DIGITS));
        } catch (IllegalArgumentException e) {
            return;
        }
        if (message.length() == HASH_DIGITS) {
            listener.told(session, null);
            return;
        }
        Binding binding = Binding.of(message.substring(HASH_DIGITS + 1));
        if (binding != null) {
            listener.told(session, binding);
        }
    }
}
