// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What one backend has to do. Written by every event loop, read by any thread. */
public final class BackendLoad {

    private final AtomicInteger inflight = new AtomicInteger();
    private final AtomicLong pendingTokens = new AtomicLong();
    private final AtomicLong delivered = new AtomicLong(Long.MIN_VALUE);

    /** Written by the thread that publishes tables; null = no limit. */
    private volatile @Nullable Gate gate;

    /**
     * Counts a request at the backend until its {@link #end}, if there is room and nobody waits for it. Without a limit there always is; with one,
     * whoever is refused may {@link FairQueue#join}.
     */
    public boolean tryBegin() {
        Gate limit = gate;
        if (limit != null) {
            return limit.queue().pass(limit);
        }
        count();
        return true;
    }

    /** The request that began, or was admitted by the queue, has ended or goes elsewhere. */
    public void end() {
        uncount();
        Gate limit = gate; // after the count: one who joins meanwhile sees the place, or is seen here
        if (limit != null) {
            limit.queue().freed(limit);
        }
    }

    /** Requests that wait for it and no other; without a limit there are none. */
    int waiting() {
        Gate limit = gate;
        return limit == null ? 0 : limit.queue().waitingFor(limit.slot());
    }

    /** Requests between their admission to it and their end. */
    public int inflight() {
        return inflight.get();
    }

    /** Prompt tokens, as estimated, that it has to read more than before; fewer when negative. */
    public void addPending(long tokens) {
        long left = pendingTokens.addAndGet(tokens);
        assert left >= 0 : "pendingTokens: " + left + " (expected: >= 0)";
    }

    /** Estimated prompt tokens that it has not read yet, over all its requests. */
    public long pendingTokens() {
        return pendingTokens.get();
    }

    /** It sent response bytes at about {@code nanos}, on the data plane's monotonic clock. */
    public void delivered(long nanos) {
        delivered.setOpaque(nanos);
    }

    /** When it last sent response bytes; {@link Long#MIN_VALUE} when it never did. */
    public long lastDelivery() {
        return delivered.getOpaque();
    }

    void count() {
        inflight.incrementAndGet();
    }

    void uncount() {
        int left = inflight.decrementAndGet();
        assert left >= 0 : "inflight: " + left + " (expected: >= 0)";
    }

    boolean isLimited() {
        return gate != null;
    }

    void gate(@Nullable Gate limit) {
        gate = limit;
    }
}
