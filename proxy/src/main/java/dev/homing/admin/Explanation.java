// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.homing.routing.BackendState;
import dev.homing.routing.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a session's next request would go, and why.
 *
 * @param order all backends of the pool, best score first
 */
public record Explanation(
        @JsonUnwrapped Session session, @JsonUnwrapped Verdict verdict, Load load, List<Candidate> order) {

    public Explanation {
        order = List.copyOf(order);
    }

    /**
     * Which session it is.
     *
     * @param hash its key, 16 hex digits
     * @param pin id of the backend that it is bound to, null = it is not bound
     * @param suspect why it looks as if two conversations went by its id, null = it does not
     */
    public record Session(
            String pool,
            String hash,
            @Nullable String pin,
            @Nullable String suspect) {}

    /**
     * What would be decided now.
     *
     * @param backend its id, null when none is eligible
     * @param why a sentence for the operator
     */
    public record Verdict(Decision decision, @Nullable String backend, String why) {}

    /**
     * The load that a new session's placement goes by.
     *
     * @param placement {@code load_aware} or {@code rendezvous}
     * @param slackTokens how far above the least a backend's load may be; null when it does not matter
     * @param leastPendingTokens of the backends that take new sessions, divided by weight
     */
    public record Load(String placement, @Nullable Long slackTokens, double leastPendingTokens) {}

    /**
     * One backend in the session's rendezvous order.
     *
     * @param pendingPromptTokens what it has still to read, as estimated
     * @param passedOver why a new session is not placed there, null when it may be
     */
    public record Candidate(
            String backend,
            double score,
            @JsonUnwrapped Condition condition,
            long pendingPromptTokens,
            @Nullable String passedOver) {}

    /** How a backend is. */
    public record Condition(double weight, BackendState state, boolean healthy) {}
}
