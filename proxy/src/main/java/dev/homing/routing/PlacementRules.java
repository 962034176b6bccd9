// SPDX-License-Identifier: Apache-2.0
package dev.homing.routing;

/**
 * A pool's rules for new sessions and for those whose backend is out.
 *
 * @param loadAware pass over backends with too much prompt work pending; false = the best score, always
 * @param slackTokens pending prompt tokens above the least loaded backend's that are accepted, {@code >= 0}
 * @param replaceOnUnhealthy place a session whose backend is out like a new one, instead of by round robin
 */
public record PlacementRules(boolean loadAware, long slackTokens, boolean replaceOnUnhealthy) {

    public PlacementRules {
        if (slackTokens < 0) {
            throw new IllegalArgumentException("slackTokens: " + slackTokens + " (expected: >= 0)");
        }
    }
}
