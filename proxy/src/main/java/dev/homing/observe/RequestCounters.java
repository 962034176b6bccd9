// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.routing.Decision;
import io.micrometer.core.instrument.Counter;

/** The ended requests of one pool and backend, by decision and status: two array look-ups away. */
final class RequestCounters {

    private final MeterRow<Decision, MeterRow<StatusClass, Counter>> counters;

    RequestCounters(MeterCatalog catalog, String pool, String backend) {
        counters = new MeterRow<>(
                Decision.class,
                decision ->
                        new MeterRow<>(StatusClass.class, status -> catalog.requests(pool, backend, decision, status)));
    }

    void count(Decision decision, StatusClass status) {
        counters.at(decision).at(status).increment();
    }
}
