// SPDX-License-Identifier: Apache-2.0
package dev.homing.admission;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What one backend has to do. Written by every event loop, read by any thread. */
public final class BackendLoad {

    private final AtomicInteger inflight = new AtomicInteger();
    private final AtomicLong pendingTokens = new AtomicLong();
    private final AtomicLong delivered = new AtomicLong(Long.MIN_VALUE);

    /** A request was meant for it: counted from here until {@link #end}. */
    public void begin() {
        inflight.incrementAndGet();
    }

    /** The request that began has ended, or goes elsewhere. */
    public void end() {
        int left = inflight.decrementAndGet();
        assert left >= 0 : "inflight: " + left + " (expected: >= 0)";
    }

    /** Requests between their selection of it and their end. */
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
}
