// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import dev.homing.affinity.Claim;
import dev.homing.affinity.PendingWork;
import dev.homing.affinity.PromptSize;
import dev.homing.affinity.SessionRouter.Routed;
import dev.homing.loop.Deadline;
import dev.homing.loop.Deadlines;
import dev.homing.metering.Usage;
import dev.homing.routing.Backend;
import dev.homing.routing.Pool;
import org.jspecify.annotations.Nullable;

/**
 * The part of one request in which its prompt is read: what it adds to the pending work of the backend that it is meant for, until the first
 * content of its answer passes. Both kinds of backend send the head of a stream before they have read the prompt, and that of any other
 * answer when it is complete. So a request without a head may be one that does not stream: it counts as long as the pool's median time to
 * first token. Confined to its event loop.
 */
final class Prefill {

    private final PendingWork.Estimates estimates;
    private final PendingWork pending;
    private final PromptSize announced;
    private final Deadline median;
    private long passed;
    private @Nullable Claim claim;

    /** @param announcedBytes of the body, 0 when they are not known beforehand */
    Prefill(PendingWork pending, Pool pool, long announcedBytes, Deadlines deadlines) {
        this.pending = pending;
        this.estimates = pending.estimates(pool);
        this.announced = pending.size(pool, announcedBytes);
        this.median = deadlines.open(this::over);
    }

    /** How large the prompt is, as far as it was announced. */
    PromptSize announced() {
        return announced;
    }

    /** The request is meant for that backend, in place of any before. */
    void meantFor(Routed routed, Backend backend) {
        Claim counted = claim;
        if (counted == null) {
            claim = pending.claim(routed, announced);
            claim.grow(passed);
        } else {
            counted.move(backend.slot());
        }
    }

    /** The request waits for whichever backend has room first: nobody has its prompt to read. */
    void meantForAny() {
        over();
        claim = null;
    }

    /** That much of the body has passed. */
    void passed(long bytes) {
        passed = bytes;
        if (claim != null) {
            claim.grow(bytes);
        }
    }

    /** The request is with its backend. */
    void sent() {
        long nanos = estimates.firstToken().nanos(0);
        if (nanos > 0) {
            median.in(nanos);
        }
    }

    /** The request was not answered, and waits for another try. */
    void unsent() {
        median.clear();
    }

    /** The answer's head is here; {@code streamed} tells whether its content is still to come. */
    void answered(boolean streamed) {
        median.clear();
        if (!streamed) {
            over();
        }
    }

    /** The first content of a stream passed, that long after the request came. */
    void firstToken(long nanos) {
        estimates.firstToken().seen(nanos);
        over();
    }

    /** The request has ended, in whatever way; {@code usage} is what its answer told. */
    void close(long bodyBytes, @Nullable Usage usage) {
        median.close();
        over();
        if (usage != null) {
            estimates.bytesPerToken().learn(bodyBytes, usage.promptTokens());
        }
    }

    /** The request was a turn of a conversation, and was answered. Returns whether it is by this one that its session looks like two. */
    boolean turnAnswered() {
        return claim != null && claim.answered();
    }

    private void over() {
        if (claim != null) {
            claim.release();
        }
    }
}
