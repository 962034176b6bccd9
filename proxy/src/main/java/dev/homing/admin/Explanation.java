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
 * @param hash the session's key, 16 hex digits
 * @param pin id of the backend that the session is bound to, null = it is not bound
 * @param order all backends of the pool, best score first
 */
public record Explanation(
        String pool,
        String hash,
        @Nullable String pin,
        @JsonUnwrapped Verdict verdict,
        List<Candidate> order) {

    public Explanation {
        order = List.copyOf(order);
    }

    /**
     * What would be decided now.
     *
     * @param backend its id, null when none is eligible
     * @param why a sentence for the operator
     */
    public record Verdict(Decision decision, @Nullable String backend, String why) {}

    /** One backend in the session's rendezvous order. */
    public record Candidate(String backend, double score, double weight, BackendState state, boolean healthy) {}
}
