// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.config.HomingConfig;
import dev.homing.routing.BackendState;
import dev.homing.routing.SessionKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What the admin listener can ask of the process. Called on the admin's thread: what returns a value must not take long, what does
 * returns a stage that any thread may complete.
 */
public interface Operations {

    /** Why new requests should go elsewhere, such as {@code no eligible backend in pool default}; null = they are welcome. */
    @Nullable String notReady();

    /** The names of all pools, in the order of the configuration. */
    List<String> pools();

    /** How many requests of a pool wait for whichever of its backends has room first; 0 when there is no such pool. */
    long waitingForAny(String pool);

    /** All backends, in the order of the configuration. */
    List<BackendStatus> backends();

    /**
     * Changes what is wanted of a backend, until the next reload says otherwise.
     *
     * @param deadline when a drain moves the sessions that are left, null = never
     * @return the backend as it is then
     */
    CompletionStage<Reply<BackendStatus>> setState(
            String pool, String id, BackendState state, @Nullable Duration deadline);

    /** Sessions that are bound, in the order of their hashes; of more than asked for, any. */
    CompletionStage<List<SessionStatus>> sessions(SessionFilter filter);

    /**
     * Forgets a session, so that its next request is placed anew; its running ones go on.
     *
     * @param pool null = whichever it is of
     * @return whether there was one
     */
    CompletionStage<Boolean> forget(@Nullable String pool, SessionKey session);

    /** What would be decided for a session now, and why. Refused when there is no such pool. */
    CompletionStage<Reply<Explanation>> explain(String pool, SessionQuery session);

    /** The configuration in force. */
    HomingConfig config();

    /** Another process wants to take over: the sticky table for it. Nothing else happens yet. */
    CompletionStage<Reply<HandedTable>> beginTakeover();

    /** It listens now: the sticky table once more, for what has changed, and then this process drains and ends. */
    CompletionStage<Reply<HandedTable>> finishTakeover();

    /** Reads the configuration anew; tells all its errors when it is bad, and then the old one stays in force. */
    CompletionStage<List<String>> reload();
}
