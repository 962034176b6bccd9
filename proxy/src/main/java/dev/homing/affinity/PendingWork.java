// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the prompt tokens that each backend still has to read. What one request adds is an estimate, made without a word from the engine: its
 * prompt less what the session's last prompt on the same backend had, since that is in the backend's cache. Any event loop may
 * use it; a {@link Claim} belongs to the loop of its request.
 */
public final class PendingWork {

    private final Account account;

    /** By the pool's index, so that a reload does not forget what was learned. */
    private final ConcurrentHashMap<Integer, Estimates> estimates = new ConcurrentHashMap<>();

    /** Where pending tokens are counted, by any thread. */
    public interface Account {

        /** Adds to the pending tokens of the backend in that slot; a negative number gives back. */
        void add(int slot, long tokens);
    }

    /** What was learned of a pool's requests, and is used for those that tell too little. */
    public record Estimates(BytesPerToken bytesPerToken, MedianTime firstToken) {}

    public PendingWork(Account account) {
        this.account = account;
    }

    /** What is known of a pool; what its answers tell is to be learned here. */
    public Estimates estimates(Pool pool) {
        Estimates known = estimates.get(pool.index());
        return known != null
                ? known
                : estimates.computeIfAbsent(pool.index(), i -> new Estimates(new BytesPerToken(), new MedianTime()));
    }

    /** The size of a prompt in that pool; 0 bytes when it is not known yet. */
    public PromptSize size(Pool pool, long bytes) {
        return new PromptSize(bytes, estimates(pool).bytesPerToken().get());
    }

    /**
     * Counts a request's work, from the moment that its backend is selected.
     *
     * @param routed a decision for a backend
     * @param prompt as it was when that decision was made
     */
    public Claim claim(Routed routed, PromptSize prompt) {
        Backend backend = routed.backend();
        if (backend == null) {
            throw new IllegalArgumentException("routed: " + routed.decision() + " (expected: a backend)");
        }
        return new Claim(account, routed.pin(), prompt, backend.slot());
    }
}
