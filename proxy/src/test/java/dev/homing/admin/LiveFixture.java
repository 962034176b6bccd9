// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import dev.homing.observe.Happenings;
import dev.homing.observe.Totals;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A feed whose time and totals a test sets. */
final class LiveFixture {

    final AtomicLong nanos = new AtomicLong(-5);
    final AtomicInteger reads = new AtomicInteger();
    final Happenings happenings;
    final LiveFeed feed;
    volatile Totals totals = Totals.NONE;

    LiveFixture(Operations operations) {
        Instant start = Instant.parse("2026-01-02T03:04:05Z");
        happenings = new Happenings(start::toEpochMilli);
        feed = new LiveFeed(new LiveFeed.Sources(
                operations,
                () -> {
                    reads.incrementAndGet();
                    return totals;
                },
                happenings,
                nanos::get,
                () -> start.toEpochMilli() + nanos.get() / 1_000_000));
    }

    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
