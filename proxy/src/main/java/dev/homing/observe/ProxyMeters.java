// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.Pool;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SessionKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The meters of the proxy, fed by the data plane on any event loop. A request finds its meters by array index, never by name and labels;
 * the arrays grow with each table, before it is published.
 */
public final class ProxyMeters implements ProxyObserver {

    private final MeterCatalog catalog;
    private final BackendGauges gauges;
    private final Map<String, Counter> rejections = new ConcurrentHashMap<>();
    private final MeterRow<Side, MeterRow<ConnectionState, LongAdder>> connections;
    private final Counter reloads;
    private final Counter failedReloads;

    /** Written by {@link #table} and {@link #forget}, read by any loop. */
    private volatile KnownMeters known;

    /** Written by {@link #reloaded}, read by the scraping thread. */
    private volatile boolean lastReloadGood = true;

    public ProxyMeters(MeterRegistry registry, Readings readings) {
        catalog = new MeterCatalog(registry);
        known = KnownMeters.none(catalog);
        gauges = new BackendGauges(registry, catalog, readings);
        connections = MeterRow.full(
                Side.class, side -> MeterRow.full(ConnectionState.class, state -> openConnections(side, state)));
        reloads = catalog.reloads("success");
        failedReloads = catalog.reloads("failure");
        catalog.lastReload(() -> lastReloadGood ? 1 : 0);
        catalog.evictions("size", readings.evictedForSize());
        catalog.evictions("expired", readings.evictedExpired());
    }

    private LongAdder openConnections(Side side, ConnectionState state) {
        LongAdder open = new LongAdder();
        catalog.connections(side, state, open::sum);
        return open;
    }

    /** A new table, told before any loop sees it. One thread calls this. */
    public void table(RoutingTable table) {
        known = known.with(table);
        gauges.table(table);
    }

    /** A backend changed; {@code cause} is from a closed set, such as {@code probe} or {@code operator}. */
    public void transition(String pool, String backend, Transition to, String cause) {
        catalog.transitions(pool, backend, to, cause).increment();
    }

    /** A name that stands for several replicas was looked up; {@code found} is false when what was known before stands. */
    public void lookedUp(String pool, String backend, boolean found) {
        catalog.lookups(pool, backend, found ? "success" : "failure").increment();
    }

    /** A backend that is in no table is gone for good, as far as anyone knows. The thread that tells of tables calls this. */
    public void forget(String pool, String backend) {
        known = known.without(pool, backend);
        catalog.forget(pool, backend);
    }

    /** How many lines of the access log were lost, since the start. */
    public void droppedLines(LongSupplier count) {
        catalog.droppedLines(count);
    }

    /** How many spans were lost, since the start. */
    public void droppedSpans(LongSupplier count) {
        catalog.droppedSpans(count);
    }

    /** There is a table shared with other proxies; {@code up} tells whether it answers. */
    public void share(BooleanSupplier up) {
        catalog.shareUp(() -> up.getAsBoolean() ? 1 : 0);
    }

    /** That table was asked for something; both words are from closed sets. */
    public void shareAsked(String operation, String result) {
        catalog.shareOperations(operation, result).increment();
    }

    /** The configuration was read anew. The first one, at the start, is no reload. */
    public void reloaded(boolean success) {
        (success ? reloads : failedReloads).increment();
        lastReloadGood = success;
    }

    /** Prompt tokens that the backend in that slot has told, cached ones included. */
    public long promptTokens(int slot) {
        BackendMeters meters = known.inSlot(slot);
        return meters == null ? 0 : meters.promptTokens();
    }

    /** The part of {@link #promptTokens} that came from its cache. */
    public long cachedTokens(int slot) {
        BackendMeters meters = known.inSlot(slot);
        return meters == null ? 0 : meters.cachedTokens();
    }

    /** What is counted of all pools and backends at this moment. */
    public Totals totals() {
        return known.totals();
    }

    @Override
    public void routed(Pool pool, Decision decision, String keySource) {
        PoolMeters meters = known.of(pool);
        meters.decisions.at(decision).increment();
        meters.keys(keySource).increment();
    }

    @Override
    public void sessionMoved(Pool pool, SessionKey session, Backend to, MoveReason reason) {
        known.of(pool).moves.at(reason).increment();
    }

    @Override
    public void sessionSuspected(Pool pool) {
        known.of(pool).suspects.increment();
    }

    @Override
    public void connected(Pool pool, Backend backend, long nanos) {
        known.of(pool, backend).connectTime().record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void retried(Pool pool, RetryReason reason) {
        known.of(pool).retries.at(reason).increment();
    }

    @Override
    public void clientAborted(Pool pool, AbortPhase phase) {
        known.of(pool).aborts.at(phase).increment();
    }

    @Override
    public void rejected(String reason) {
        Counter counter = rejections.get(reason);
        (counter != null ? counter : rejections.computeIfAbsent(reason, catalog::rejected)).increment();
    }

    @Override
    public void finished(RequestSummary summary) {
        KnownMeters meters = known;
        RequestSummary.Route route = Objects.requireNonNull(summary.route(), "a route");
        Decision decision = route.decision();
        PoolMeters pool = meters.of(route.pool());
        pool.requestTime.at(decision).record(summary.timing().totalNanos(), TimeUnit.NANOSECONDS);
        if (summary.timing().firstTokenNanos() >= 0) {
            pool.firstToken.at(decision).record(summary.timing().firstTokenNanos(), TimeUnit.NANOSECONDS);
        }
        if (summary.timing().queueNanos() > 0) {
            pool.queueTime.record(summary.timing().queueNanos(), TimeUnit.NANOSECONDS);
        }
        StatusClass status = StatusClass.of(summary.status(), summary.clientGone());
        BackendMeters backend = route.backend() == null ? null : meters.of(route.pool(), route.backend());
        if (backend == null) {
            pool.unrouted.count(decision, status);
        } else {
            backend.requests().count(decision, status);
            tokens(pool, backend, decision, summary);
        }
    }

    private static void tokens(PoolMeters pool, BackendMeters backend, Decision decision, RequestSummary summary) {
        RequestSummary.Tokens tokens = summary.tokens();
        if (!tokens.expected() && tokens.usage() == null) {
            return;
        }
        backend.tokens(summary.origin().key(), decision, tokens.usage());
        // One that broke off, or whose client left, may have been about to tell it.
        if (summary.ending().error() == null) {
            pool.missingUsage.look(backend.id(), tokens.usage());
        }
    }

    @Override
    public void connection(Side side, ConnectionState state, int delta) {
        connections.at(side).at(state).add(delta);
    }
}
