// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.util.Map;

/**
 * What a replica has seen so far, at one moment.
 *
 * @param sessions generations by the {@code X-Session-Id} that came with them; those without one do not appear
 * @param connections accepted so far
 * @param reusedAfterClose requests that came on a connection whose last answer said {@code Connection: close}: a client's fault
 */
public record EngineStats(
        Requests requests,
        Load load,
        Tokens tokens,
        Map<String, Long> sessions,
        long connections,
        long reusedAfterClose) {

    public EngineStats {
        sessions = Map.copyOf(sessions);
    }

    /**
     * Generations.
     *
     * @param received whole requests that were accepted, whatever became of them
     * @param answered to the end
     * @param refused requests of any kind that were answered with an error
     */
    public record Requests(long received, long answered, long refused, Cancelled cancelled) {}

    /** Generations whose client went, by where they were then. */
    public record Cancelled(long waiting, long prefill, long decode) {
        public long total() {
            return waiting + prefill + decode;
        }
    }

    /** Generations right now: in a slot, and waiting for one. */
    public record Load(int active, int waiting) {}

    /**
     * Tokens of the generations whose prompts were read.
     *
     * @param prompt all prompt tokens, the cached ones included
     */
    public record Tokens(long prompt, long cached, long generated) {}
}
