// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes an entry of every request of a client that ended, and hands it to whoever writes the log; nothing at all while nobody does. Any event loop. */
public final class AccessLog implements ProxyObserver {

    private final LongSupplier epochMillis;

    /** Written by whoever reads the configuration, read by every loop. */
    private volatile @Nullable Consumer<AccessEntry> sink;

    /** @param epochMillis the time of day */
    public AccessLog(LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
    }

    /** From now on entries go there; null = nowhere. It takes them on any loop, without blocking it. */
    public void to(@Nullable Consumer<AccessEntry> next) {
        sink = next;
    }

    @Override
    public void ended(Asked asked, RequestSummary summary) {
        Consumer<AccessEntry> to = sink;
        if (to != null) {
            to.accept(AccessEntry.ended(epochMillis.getAsLong(), asked, summary));
        }
    }
}
