// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.admission.Admission;
import dev.homing.affinity.RefusedSnapshot;
import dev.homing.affinity.SessionTable;
import dev.homing.affinity.Snapshot;
import dev.homing.affinity.SnapshotReader;
import dev.homing.affinity.SnapshotWriter;
import dev.homing.config.Affinity;
import dev.homing.config.HomingConfig;
import dev.homing.config.Listener;
import dev.homing.control.ControlLoop;
import dev.homing.control.DnsDiscovery;
import dev.homing.control.Env;
import dev.homing.control.Placed;
import dev.homing.exchange.Generation;
import dev.homing.frontend.Door;
import dev.homing.health.HttpProbe;
import dev.homing.loop.Transport;
import dev.homing.observe.AccessLog;
import dev.homing.observe.Happenings;
import dev.homing.observe.ProcessMeters;
import dev.homing.observe.ProxyMeters;
import dev.homing.observe.Readings;
import dev.homing.observe.Tracing;
import dev.homing.routing.RoutingTable;
import dev.homing.routing.SipHash;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What outlives every request and every reload: sessions, loads, meters, and the control thread with the generation that it published last. */
final class Core {

    private static final Logger LOG = LoggerFactory.getLogger(Core.class);

    /** How often idle sessions are looked for when no traffic does it. */
    private static final long SWEEP_SECONDS = 1;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ProcessMeters processMeters;
    private final Admission admission = new Admission(System::nanoTime);
    private final SessionTable sessions;
    private final ProxyMeters meters;
    private final Happenings happenings = new Happenings(System::currentTimeMillis);
    private final Credentials credentials = new Credentials();
    private final AccessLog accessLog = new AccessLog(System::currentTimeMillis);
    private final AccessLogWriter accessLogWriter = new AccessLogWriter(accessLog, new SecureRandom().nextLong());
    private final Tracing tracing =
            new Tracing(Core::epochNanos, () -> ThreadLocalRandom.current().nextLong());
    private final SpanWriter spanWriter = new SpanWriter(tracing);
    private final Generations generations;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("homing-control", true));
    private final DnsDiscovery names;
    private final ControlLoop control;
    private final @Nullable TableKeeper keeper;
    private final @Nullable SharedSessions share;
    private final SipHash hash;

    /** Published by the control thread, read once a request by every event loop. */
    private volatile @Nullable Generation generation;

    /**
     * @param table of the configuration that the proxy starts with; a reload cannot change it
     * @throws IllegalArgumentException when the table's share cannot be used
     */
    Core(Transport transport, AddressResolverGroup<InetSocketAddress> resolver, Affinity.Table table) {
        BuildInfo build = BuildInfo.read();
        this.processMeters = new ProcessMeters(registry, build.version(), build.commit());
        this.generations = new Generations(credentials);
        this.sessions = new SessionTable(table.maxSessions(), System::nanoTime);
        this.meters = new ProxyMeters(
                registry,
                new Readings(
                        sessions::sessions,
                        slot -> admission.of(slot).inflight(),
                        new Readings.Queued(admission::waitingFor, admission::waitingForAny),
                        slot -> admission.of(slot).pendingTokens(),
                        () -> sessions.evictions(SessionTable.Cause.SIZE),
                        () -> sessions.evictions(SessionTable.Cause.EXPIRED)));
        meters.droppedLines(accessLogWriter::dropped);
        meters.droppedSpans(spanWriter::dropped);
        HttpProbe probe = new HttpProbe(
                transport.loops(),
                new ReflectiveChannelFactory<>(transport.channels().socket()),
                resolver,
                credentials::towards,
                "homing/" + build.version());
        this.names = new DnsDiscovery(
                transport.loops().next(),
                transport.channels().datagram(),
                transport.channels().socket());
        Env env = new Env(
                thread,
                System::nanoTime,
                System::currentTimeMillis,
                new SplittableRandom(new SecureRandom().nextLong()),
                new Env.Outside(probe, names),
                new Work());
        thread.setRemoveOnCancelPolicy(true);
        thread.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.scheduleWithFixedDelay(sessions::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
        this.control = new ControlLoop(env, this::publish, new ToldEvents(meters, happenings));
        this.hash = SipHash.ofSeed(table.seed().value());
        this.keeper = table.snapshot() == null
                ? null
                : new TableKeeper(
                        table.snapshot(), sessions, hash, () -> generation().table());
        this.share = table.share() == null
                ? null
                : SharedSessions.open(table, sessions, () -> generation().table(), meters);
    }

    /** The other proxies of a fleet, null when this one is alone. */
    @Nullable SharedSessions share() {
        return share;
    }

    /** Takes up the sessions of an earlier process, before listeners open and after control has started; returns how many. */
    long recall() {
        return keeper == null ? 0 : keeper.recall();
    }

    /** What a backend has pending, of this proxy and of those that it shares with. */
    long pendingTokens(int slot) {
        long own = admission.of(slot).pendingTokens();
        return share == null ? own : own + share.fleet().pendingElsewhere().of(slot);
    }

    /** Joins the fleet, if there is one, before listeners open. */
    void join() {
        if (share != null) {
            share.keep(thread, slot -> admission.of(slot).pendingTokens());
        }
    }

    /**
     * The sessions as they are, for another process.
     *
     * @param last whether they are that process's to keep from now on
     */
    CompletionStage<byte[]> table(boolean last) {
        CompletionStage<?> written =
                last && keeper != null ? keeper.release() : CompletableFuture.completedFuture(null);
        return written.thenApplyAsync(
                done -> {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    try {
                        new SnapshotWriter(sessions, hash.fingerprint())
                                .write(bytes, generation().table(), System.currentTimeMillis());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return bytes.toByteArray();
                },
                thread);
    }

    /** Takes up the sessions of the process before this one, but those that are here already. */
    void takeUp(byte[] table) {
        try {
            Snapshot snapshot = SnapshotReader.read(new ByteArrayInputStream(table), hash.fingerprint());
            Snapshot.Restored restored = snapshot.restore(sessions, generation().table(), System.currentTimeMillis());
            LOG.info(
                    "takeover: {} sessions of {} taken up, {} of backends that are gone",
                    restored.restored(),
                    snapshot.sessions().size(),
                    restored.homeless());
        } catch (RefusedSnapshot | IOException e) {
            LOG.warn("takeover: the sessions of the process before cannot be used: {}", e.getMessage());
        }
    }

    /** Keeps the sessions for a later process from now on. */
    void keep() {
        if (keeper != null) {
            keeper.keep();
        }
    }

    /**
     * Tries what of a configuration can only be seen to be wrong when it is used, and takes it as it is now.
     *
     * @throws IllegalArgumentException when a PEM file, the keys' file or the access log cannot be used
     */
    void verify(HomingConfig config) {
        Runnable newCredentials = credentials.read(config);
        // Last, because it opens a file.
        Runnable newLog = accessLogWriter.open(config.telemetry().accessLog());
        // All of it could be read: only now does anything change.
        newCredentials.run();
        newLog.run();
        spanWriter.use(config.telemetry().tracing());
    }

    /** Takes files of one kind as they are now, when they can be used. To be called on the control thread. */
    void renew(Credentials.Kind kind) {
        if (credentials.renew(kind, generation().config())) {
            generations.forget();
            control.republish();
        }
    }

    /** How connections come in through a listener of a configuration that was verified. */
    Door door(Listener listener) {
        return new Door(credentials.shown(listener), listener.proxyProtocol());
    }

    private void publish(HomingConfig config, RoutingTable table, List<Placed> backends) {
        meters.table(table);
        Generation next = generations.next(config, table, backends);
        admission.publish(table, () -> generation = next);
    }

    /** The time of day. */
    static long epochNanos() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    PrometheusMeterRegistry registry() {
        return registry;
    }

    Admission admission() {
        return admission;
    }

    SessionTable sessions() {
        return sessions;
    }

    ProxyMeters meters() {
        return meters;
    }

    /** Told, beside the meters, of moves and changes. */
    Happenings happenings() {
        return happenings;
    }

    ControlLoop control() {
        return control;
    }

    /** Told, beside the meters, of what the data plane does. */
    AccessLog accessLog() {
        return accessLog;
    }

    /** Has the access log go on in the file that has its name by now. */
    void reopenAccessLog() {
        accessLogWriter.reopen();
    }

    /** Gives requests their place in a trace, and is told, beside the meters, of what the data plane does. */
    Tracing tracing() {
        return tracing;
    }

    /** Writes what is left of the access log, and sends what is left of spans; to be called when no request runs any more. */
    void closeLogs() {
        accessLogWriter.close();
        spanWriter.close();
    }

    /** The control thread's executor: for what must happen in step with it. */
    ScheduledExecutorService thread() {
        return thread;
    }

    /** What requests that begin now go by. */
    Generation generation() {
        Generation current = generation;
        if (current == null) {
            throw new IllegalStateException("generation: none (expected: a control loop that was started)");
        }
        return current;
    }

    void close() {
        if (share != null) {
            share.close();
        }
        if (keeper != null) {
            keeper.close();
        }
        control.close();
        // Behind what is queued, or a probe that was just answered could not be followed up.
        thread.execute(thread::shutdown);
        processMeters.close();
        names.close();
    }

    /** What the data plane knows of the work of backends. */
    private final class Work implements Env.Work {

        @Override
        public long lastDeliveryNanos(int slot) {
            return admission.of(slot).lastDelivery();
        }

        @Override
        public boolean isBusy(int slot) {
            return sessions.sessions(slot) > 0 || admission.of(slot).inflight() > 0 || admission.waitingFor(slot) > 0;
        }
    }
}
