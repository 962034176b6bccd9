// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

/**
 * One replica as the router sees it at one moment.
 *
 * @param slot dense index, unique in the process and stable over reloads for one (pool, id): what other packages index arrays by
 * @param id the configured identity; what is hashed, never the address
 * @param idHash the hash of {@code id} that scores are made of
 * @param weight share of new sessions, {@code > 0}
 * @param life which run of its engine this is
 * @param maxInflight requests that it takes at once, 0 = no limit
 */
public record Backend(
        int slot,
        String id,
        long idHash,
        double weight,
        BackendState state,
        boolean healthy,
        Life life,
        int maxInflight) {

    /** One without a limit that was never seen to restart. */
    public Backend(int slot, String id, long idHash, double weight, BackendState state, boolean healthy) {
        this(slot, id, idHash, weight, state, healthy, Life.FIRST, 0);
    }

    /** Whether a session that is not bound to it may be placed here. */
    public boolean takesNew() {
        return healthy && state == BackendState.READY;
    }

    /** Whether a session that is bound to it stays. */
    public boolean keepsPinned() {
        return healthy && (state == BackendState.READY || state == BackendState.DRAIN);
    }
}
