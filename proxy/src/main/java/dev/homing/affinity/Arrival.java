// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.SessionKey;
import org.jspecify.annotations.Nullable;

/**
 * A request that has just come, as far as it matters where it goes.
 *
 * @param key its session; null = none
 * @param home what a new session's rendezvous order is computed from; null = the session's own key
 * @param prompt how large it is
 * @param idleTtlNanos how long the pin outlives the request, {@code > 0}
 */
public record Arrival(@Nullable SessionKey key, @Nullable SessionKey home, PromptSize prompt, long idleTtlNanos) {

    /** One of which no more is known. */
    public static Arrival of(@Nullable SessionKey key, long idleTtlNanos) {
        return new Arrival(key, null, PromptSize.UNKNOWN, idleTtlNanos);
    }

    /** What the rendezvous order of that session is computed from. */
    SessionKey homeOr(SessionKey own) {
        return home == null ? own : home;
    }

    public Arrival withPrompt(PromptSize size) {
        return new Arrival(key, home, size, idleTtlNanos);
    }

    public Arrival withHome(SessionKey beginning) {
        return new Arrival(key, beginning, prompt, idleTtlNanos);
    }
}
