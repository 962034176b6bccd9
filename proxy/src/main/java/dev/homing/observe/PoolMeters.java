// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is counted of one pool, looked up once. */
final class PoolMeters {

    /** Stands for the backend of requests that had none. */
    private static final String NO_BACKEND = "none";

    final MeterRow<Decision, Counter> decisions;
    final MeterRow<MoveReason, Counter> moves;
    final Counter suspects;
    final MeterRow<Decision, Timer> firstToken;
    final MeterRow<Decision, Timer> requestTime;
    final Timer queueTime;
    final MeterRow<ProxyObserver.RetryReason, Counter> retries;
    final MeterRow<ProxyObserver.AbortPhase, Counter> aborts;
    final RequestCounters unrouted;
    final MissingUsage missingUsage;

    private final String name;
    private final MeterCatalog catalog;
    private final Map<String, Counter> keys = new ConcurrentHashMap<>();

    PoolMeters(MeterCatalog catalog, String name) {
        this.name = name;
        this.catalog = catalog;
        decisions = MeterRow.full(Decision.class, decision -> catalog.decisions(name, decision));
        moves = MeterRow.full(MoveReason.class, reason -> catalog.moves(name, reason));
        suspects = catalog.suspects(name);
        firstToken = new MeterRow<>(Decision.class, decision -> catalog.firstToken(name, decision));
        requestTime = new MeterRow<>(Decision.class, decision -> catalog.requestTime(name, decision));
        queueTime = catalog.queueTime(name);
        retries = MeterRow.full(ProxyObserver.RetryReason.class, reason -> catalog.retries(name, reason));
        aborts = MeterRow.full(ProxyObserver.AbortPhase.class, phase -> catalog.clientAborts(name, phase));
        missingUsage = new MissingUsage(name);
        unrouted = new RequestCounters(catalog, name, NO_BACKEND);
    }

    String name() {
        return name;
    }

    /** What was counted since the process started. */
    PoolTotals totals() {
        Map<Decision, Long> routed = new EnumMap<>(Decision.class);
        WaitCount waits = WaitCount.NONE;
        for (Decision decision : Decision.values()) {
            long count = (long) decisions.at(decision).count();
            if (count > 0) {
                routed.put(decision, count);
            }
            Timer timer = firstToken.known(decision);
            if (timer != null) {
                waits = waits.plus(WaitCount.of(timer.takeSnapshot()));
            }
        }
        return new PoolTotals(routed, waits);
    }

    /** Sources are names from the configuration, so there are no more of these than it has. */
    Counter keys(String source) {
        Counter counter = keys.get(source);
        return counter != null ? counter : keys.computeIfAbsent(source, some -> catalog.sessionKeys(name, some));
    }
}
