// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.homing.routing.BackendState;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One backend as operators see it: one flat JSON object of all parts' members. */
public record BackendStatus(
        @JsonUnwrapped Identity identity,
        @JsonUnwrapped Condition condition,
        @JsonUnwrapped Load load,
        @JsonUnwrapped Tokens tokens) {

    /** What the configuration says of it. */
    public record Identity(String pool, String id, URI url, double weight) {}

    /**
     * Whether it may be used.
     *
     * @param since when {@code state} or {@code healthy} last changed, null = not since the start
     * @param reason why, such as {@code probe: connection refused}; null when there is nothing to say
     */
    public record Condition(
            BackendState state,
            boolean healthy,
            @Nullable Instant since,
            @Nullable String reason) {}

    /**
     * What it has to do.
     *
     * @param inflight requests at it
     * @param slots requests that it takes at once, null = homing sets no limit
     * @param queued requests that wait for it
     * @param sessions bound to it
     * @param pendingPromptTokens of requests that have not had their first token
     */
    public record Load(long inflight, @Nullable Integer slots, long queued, long sessions, long pendingPromptTokens) {}

    /**
     * What it told since homing started.
     *
     * @param cachedTokens the part of {@code promptTokens} that came from its cache
     */
    public record Tokens(long promptTokens, long cachedTokens) {}
}
