// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import dev.homing.observe.AccessLines;
import dev.homing.observe.AccessLog;
import dev.homing.observe.Asked;
import dev.homing.observe.ProxyObserver;
import dev.homing.observe.RequestSummary;
import dev.homing.observe.SpanEntry;
import dev.homing.observe.Traces;
import dev.homing.observe.Tracing;
import dev.homing.routing.Backend;
import dev.homing.routing.Decision;
import dev.homing.routing.MoveReason;
import dev.homing.routing.Pool;
import dev.homing.routing.SessionKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps everything that the data plane tells. */
public final class RecordingObserver implements ProxyObserver {

    private final List<Decision> routed = new CopyOnWriteArrayList<>();
    private final List<String> keySources = new CopyOnWriteArrayList<>();
    private final List<MoveReason> moves = new CopyOnWriteArrayList<>();
    private final List<RetryReason> retries = new CopyOnWriteArrayList<>();
    private final List<AbortPhase> aborts = new CopyOnWriteArrayList<>();
    private final List<String> rejections = new CopyOnWriteArrayList<>();
    private final List<RequestSummary> finished = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AccessLog accessLog = new AccessLog(() -> 0);
    private final List<SpanEntry> spans = new CopyOnWriteArrayList<>();
    private final AtomicLong ids = new AtomicLong();
    private final Tracing tracing = new Tracing(() -> 0, ids::incrementAndGet);
    private final Map<String, AtomicInteger> connections = new ConcurrentHashMap<>();
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger suspects = new AtomicInteger();

    public List<Decision> routed() {
        return routed;
    }

    /** What the sessions of the routed requests were read from. */
    public List<String> keySources() {
        return keySources;
    }

    public List<MoveReason> moves() {
        return moves;
    }

    public List<RetryReason> retries() {
        return retries;
    }

    public List<AbortPhase> aborts() {
        return aborts;
    }

    public List<String> rejections() {
        return rejections;
    }

    public List<RequestSummary> finished() {
        return finished;
    }

    /** The lines of the access log, as JSON; at the beginning of all time. */
    public List<String> lines() {
        return lines;
    }

    /** From now on requests are traced; the ids that begin here are 1, 2, 3... */
    public void trace() {
        tracing.to(spans::add);
    }

    Traces traces() {
        return tracing;
    }

    /** What spans were made of. */
    public List<SpanEntry> spans() {
        return spans;
    }

    /** Sessions that looked like two conversations. */
    public AtomicInteger suspects() {
        return suspects;
    }

    /** Connections to backends that were made. */
    public int connects() {
        return connected.get();
    }

    /** Connections of that side in that state now. */
    public int connections(Side side, ConnectionState state) {
        return gauge(side, state).get();
    }

    /** Every gauge that is not zero, for messages. */
    public Map<String, AtomicInteger> gauges() {
        return connections;
    }

    @Override
    public void routed(Pool pool, Decision decision, String keySource) {
        routed.add(decision);
        keySources.add(keySource);
    }

    @Override
    public void sessionMoved(Pool pool, SessionKey session, Backend to, MoveReason reason) {
        moves.add(reason);
    }

    @Override
    public void connected(Pool pool, Backend backend, long nanos) {
        connected.incrementAndGet();
    }

    @Override
    public void sessionSuspected(Pool pool) {
        suspects.incrementAndGet();
    }

    @Override
    public void retried(Pool pool, RetryReason reason) {
        retries.add(reason);
    }

    @Override
    public void clientAborted(Pool pool, AbortPhase phase) {
        aborts.add(phase);
    }

    @Override
    public void rejected(String reason) {
        rejections.add(reason);
    }

    @Override
    public void finished(RequestSummary summary) {
        finished.add(summary);
    }

    @Override
    public void ended(Asked asked, RequestSummary summary) {
        accessLog.to(entry -> lines.add(AccessLines.json(entry)));
        accessLog.ended(asked, summary);
        tracing.ended(asked, summary);
    }

    @Override
    public void connection(Side side, ConnectionState state, int delta) {
        gauge(side, state).addAndGet(delta);
    }

    private AtomicInteger gauge(Side side, ConnectionState state) {
        return connections.computeIfAbsent(side + " " + state, name -> new AtomicInteger());
    }
}
