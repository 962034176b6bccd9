// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.admission.Admission;
import dev.homing.affinity.SessionTable;
import dev.homing.config.Affinity;
import dev.homing.config.HomingConfig;
import dev.homing.config.Listener;
import dev.homing.control.ControlLoop;
import dev.homing.control.DnsDiscovery;
import dev.homing.control.Env;
import dev.homing.control.Placed;
import dev.homing.exchange.Generation;
import dev.homing.frontend.Door;
import dev.homing.health.HttpFetch;
import dev.homing.health.HttpProbe;
import dev.homing.loop.Transport;
import dev.homing.observe.Happenings;
import dev.homing.observe.ProcessMeters;
import dev.homing.observe.ProxyMeters;
import dev.homing.observe.Readings;
import dev.homing.routing.RoutingTable;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What outlives every request and every reload: sessions, loads, meters, and the control thread with the generation that it published last. */
final class Core {

    /** How often idle sessions are looked for when no traffic does it. */
    private static final long SWEEP_SECONDS = 1;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ProcessMeters processMeters;
    private final Admission admission = new Admission(System::nanoTime);
    private final SessionTable sessions;
    private final ProxyMeters meters;
    private final Happenings happenings = new Happenings(System::currentTimeMillis);
    private final Credentials credentials = new Credentials();
    private final Journal journal;
    private final Generations generations;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("homing-control", true));
    private final DnsDiscovery names;
    private final ControlLoop control;
    private final Inheritance inheritance;
    private final @Nullable SharedSessions share;

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
        this.journal = new Journal(meters);
        HttpProbe probe = new HttpProbe(new HttpFetch(
                transport.loops(),
                new ReflectiveChannelFactory<>(transport.channels().socket()),
                resolver,
                credentials::towards,
                "homing/" + build.version()));
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
        this.inheritance = new Inheritance(table, sessions, () -> generation().table(), thread);
        this.share = table.share() == null
                ? null
                : SharedSessions.open(table, sessions, () -> generation().table(), meters);
    }

    /** The other proxies of a fleet, null when this one is alone. */
    @Nullable SharedSessions share() {
        return share;
    }

    /** The sessions of the process before this one, and for the one after it. */
    Inheritance inheritance() {
        return inheritance;
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
     * Tries what of a configuration can only be seen to be wrong when it is used, and takes it as it is now.
     *
     * @throws IllegalArgumentException when a PEM file, the keys' file or the access log cannot be used
     */
    void verify(HomingConfig config) {
        Runnable newCredentials = credentials.read(config);
        // Last, because it opens a file.
        Runnable newJournal = journal.open(config.telemetry());
        // All of it could be read: only now does anything change.
        newCredentials.run();
        newJournal.run();
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

    /** The access log and spans. */
    Journal journal() {
        return journal;
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
        inheritance.close();
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
