// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

/**
 * A pool's rules: for new sessions, for those whose backend is out or far behind, and for requests that have none.
 *
 * @param loadAware pass over backends with too much prompt work pending; false = the best score, always
 * @param slackTokens pending prompt tokens above the least loaded backend's that are accepted, {@code >= 0}
 * @param relief how many times a session's whole prompt its backend may be behind the least loaded one before the session moves,
 *     {@code > 0}; 0 = however much
 * @param leastPending requests without a session go where the least is pending, instead of taking turns
 * @param replaceOnUnhealthy place a session whose backend is out like a new one, instead of by round robin
 * @param returnHome a session that had to move goes back to its first backend when that is eligible again and did not restart
 */
public record PlacementRules(
        boolean loadAware,
        long slackTokens,
        double relief,
        boolean leastPending,
        boolean replaceOnUnhealthy,
        boolean returnHome) {

    /** The best score, always; everything else as it is by default. */
    public static final PlacementRules RENDEZVOUS = new PlacementRules(false, 0, 0, false, false, false);

    public PlacementRules {
        if (slackTokens < 0) {
            throw new IllegalArgumentException("slackTokens: " + slackTokens + " (expected: >= 0)");
        }
        if (!(relief >= 0) || Double.isInfinite(relief)) {
            throw new IllegalArgumentException("relief: " + relief + " (expected: >= 0)");
        }
    }

    /** The best score among backends that are not too busy; everything else as it is by default. */
    public static PlacementRules loadAware(long slackTokens) {
        return new PlacementRules(true, slackTokens, 0, false, false, false);
    }

    public PlacementRules withRelief(double factor) {
        return new PlacementRules(loadAware, slackTokens, factor, leastPending, replaceOnUnhealthy, returnHome);
    }

    public PlacementRules withLeastPending() {
        return new PlacementRules(loadAware, slackTokens, relief, true, replaceOnUnhealthy, returnHome);
    }

    public PlacementRules withReplaceOnUnhealthy() {
        return new PlacementRules(loadAware, slackTokens, relief, leastPending, true, returnHome);
    }

    public PlacementRules withReturnHome() {
        return new PlacementRules(loadAware, slackTokens, relief, leastPending, replaceOnUnhealthy, true);
    }
}
