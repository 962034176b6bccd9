// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

/**
 * What a trace is replayed against.
 *
 * @param backends at the start, 1 to 1000
 * @param cacheTokens that each one's prefix cache holds, {@code >= 0}
 * @param slackTokens of {@code load_aware}, {@code >= 0}
 * @param relief the factor of {@code load_aware+relief}, {@code > 0}
 * @param seed of everything that is chance
 */
public record Scenario(int backends, long cacheTokens, long slackTokens, double relief, long seed, Incident incident) {

    private static final int MOST_BACKENDS = 1000;

    public Scenario {
        if (backends < 1 || backends > MOST_BACKENDS) {
            throw new IllegalArgumentException("backends: " + backends + " (expected: 1 to " + MOST_BACKENDS + ")");
        }
        if (cacheTokens < 0 || slackTokens < 0) {
            throw new IllegalArgumentException(
                    "cacheTokens, slackTokens: " + cacheTokens + ", " + slackTokens + " (expected: >= 0)");
        }
        if (!(relief > 0) || Double.isInfinite(relief)) {
            throw new IllegalArgumentException("relief: " + relief + " (expected: > 0)");
        }
        if (incident == Incident.FAIL && backends == 1) {
            throw new IllegalArgumentException("backends: 1 (expected: > 1 where one is lost)");
        }
    }
}
