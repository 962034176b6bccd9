// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.config.Affinity;
import dev.homing.look.BodyKeys;
import dev.homing.look.PromptShape;
import dev.homing.look.Wanted;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pool's configuration wants to know of bodies.
 *
 * @param keys that name the session of a request whose headers do not; null = none
 * @param prefix whether a request that names no session is of the one that its prompt's beginning makes
 * @param home whether a new session's order of backends comes from its prompt
 */
public record LookPlan(@Nullable BodyKeys keys, boolean prefix, boolean home) {

    /** Null when bodies do not matter, so that nobody ever looks at one. */
    static @Nullable LookPlan of(Affinity affinity) {
        List<String> paths = affinity.identity().bodyKeys();
        BodyKeys keys = paths.isEmpty() ? null : BodyKeys.of(paths);
        boolean prefix = affinity.placement().noSession() == Affinity.NoSession.PREFIX;
        boolean home = affinity.placement().home() == Affinity.Home.PREFIX;
        return keys == null && !prefix && !home ? null : new LookPlan(keys, prefix, home);
    }

    /**
     * What there is to look for in one body; null when nothing.
     *
     * @param keyed whether its session is known
     * @param placed whether that session has its backend
     * @param path of the request, without its query
     */
    @Nullable Wanted wanted(boolean keyed, boolean placed, String path) {
        PromptShape shape = prefix || home ? PromptShape.of(path) : null;
        BodyKeys wantedKeys = keyed ? null : keys;
        boolean identity = prefix && !keyed && shape != null;
        boolean opening = home && !placed && shape != null && (keyed || wantedKeys != null || identity);
        Wanted.OfPrompt prompt =
                shape != null && (identity || opening) ? new Wanted.OfPrompt(shape, identity, opening) : null;
        return wantedKeys == null && prompt == null ? null : new Wanted(wantedKeys, prompt);
    }
}
