// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.admin.AdminServer;
import dev.homing.admin.LiveFeed;
import dev.homing.admission.Admission;
import dev.homing.affinity.PendingWork;
import dev.homing.affinity.SessionRouter;
import dev.homing.config.Address;
import dev.homing.config.HomingConfig;
import dev.homing.config.Listener;
import dev.homing.config.Server;
import dev.homing.control.ConfigWatcher;
import dev.homing.exchange.Shared;
import dev.homing.loop.Transport;
import dev.homing.observe.Observers;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A whole proxy that runs. Everything is put together here and nowhere else. */
final class ProxyRuntime implements AutoCloseable {

    /** How long listeners wait for the first probes, so that the first client does not find every backend unknown. */
    private static final Duration FIRST_PROBES = Duration.ofSeconds(1);

    /** How long they wait when by then there is a pool that none of its backends could serve: clients would only be refused. */
    private static final Duration FIRST_BACKENDS = Duration.ofSeconds(5);

    /** How long a start waits for name servers to tell, where backends are names that stand for several replicas. */
    private static final Duration FIRST_ANSWERS = Duration.ofSeconds(5);

    private static final Duration A_MOMENT = Duration.ofMillis(20);

    /** How often viewers of the dashboard are told how things are. */
    private static final Duration A_TICK = Duration.ofSeconds(1);

    /** For what takes milliseconds unless something is badly wrong. */
    private static final Duration SOON = Duration.ofSeconds(5);

    /** How long a loop must have had nothing to do before it ends: connections that are being closed still have. */
    private static final Duration QUIET = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(ProxyRuntime.class);

    private final Transport transport;
    private final AddressResolverGroup<InetSocketAddress> resolver;
    private final EventLoopGroup adminLoop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("homing-admin", true), NioIoHandler.newFactory());
    private final Core core;
    private final DataPlane plane;
    private final AdminOperations operations;
    private final Departure departure;
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private @Nullable AdminServer admin;

    /** Set by whoever closes first. */
    private final AtomicBoolean closed = new AtomicBoolean();

    private ProxyRuntime(HomingConfig config, ConfigSource source, Transport transport) {
        this.transport = transport;
        this.resolver = new DnsAddressResolverGroup(new DnsNameResolverBuilder()
                .datagramChannelType(transport.channels().datagram()));
        this.core = new Core(transport, resolver, config.defaults().affinity().table());
        Admission admission = core.admission();
        SharedSessions share = core.share();
        SessionRouter router = new SessionRouter(
                core.sessions(),
                core::pendingTokens,
                pool -> admission.queue(pool.index()).full(),
                share == null ? null : share.fleet());
        Shared shared = new Shared(
                router,
                new PendingWork((slot, tokens) -> admission.of(slot).addPending(tokens)),
                admission,
                new Observers(
                        core.meters(),
                        new Observers(core.accessLog(), new Observers(core.tracing(), core.happenings()))),
                core.control()::outcome,
                pseudonym());
        this.plane = new DataPlane(transport, resolver, shared, core.tracing(), core::generation);
        this.operations = new AdminOperations(core, router, config, source);
        this.departure = new Departure(
                plane.frontend(),
                operations,
                () -> core.generation().config().server().drainTimeout());
    }

    /**
     * Starts a proxy; it serves when this returns.
     *
     * @param source where a reload reads the configuration from
     * @throws StartFailure when it cannot: a port in use, a transport that is not to be had
     */
    static ProxyRuntime start(HomingConfig config, ConfigSource source) throws StartFailure {
        return start(config, source, config.server().io());
    }

    /** The same, on that transport whatever the configuration says. */
    static ProxyRuntime start(HomingConfig config, ConfigSource source, Server.Io io) throws StartFailure {
        return start(config, source, io, false);
    }

    /** The same, in the place of a process that runs; where there is none, as ever. */
    static ProxyRuntime takeOver(HomingConfig config, ConfigSource source, Server.Io io) throws StartFailure {
        return start(config, source, io, true);
    }

    private static ProxyRuntime start(HomingConfig config, ConfigSource source, Server.Io io, boolean takeover)
            throws StartFailure {
        Server server = config.server();
        ProxyRuntime runtime;
        try {
            runtime = new ProxyRuntime(config, source, Transports.open(io, server.threads()));
        } catch (Transports.Unavailable | IllegalArgumentException e) {
            throw new StartFailure(String.valueOf(e.getMessage()));
        }
        try {
            runtime.open(config, takeover);
            return runtime;
        } catch (StartFailure e) {
            runtime.close();
            throw e;
        }
    }

    /** Where clients connect to, in the order of the configuration, with the ports that the system chose. */
    List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    /** Where operators connect to, null when there is no admin listener. */
    @Nullable InetSocketAddress adminAddress() {
        return admin == null ? null : admin.address();
    }

    /** The name of the transport that was taken. */
    String transport() {
        return transport.name();
    }

    /** Reads the configuration anew; done when it is in force or was refused. What came of it is logged. */
    CompletionStage<?> reload() {
        return operations.reload();
    }

    /**
     * Reloads whenever {@code file} changes, until what is returned is closed; at once when it changed while the proxy started. A change that
     * {@link #reload} was faster to take is not taken again.
     */
    ConfigWatcher watch(Path file, Duration period) {
        ConfigWatcher watcher = new ConfigWatcher(() -> List.of(file), core.thread(), period, this::reload);
        operations.beforeReading(watcher::takenNow);
        operations.catchUp();
        return watcher;
    }

    /** Takes the files that the configuration names whenever they change, until what is returned is closed. */
    ConfigWatcher watch(Credentials.Kind kind, Duration period) {
        ConfigWatcher watcher = new ConfigWatcher(
                () -> Credentials.files(kind, core.generation().config()),
                core.thread(),
                period,
                () -> core.renew(kind));
        // They may have changed while the proxy started.
        core.thread().execute(() -> core.renew(kind));
        return watcher;
    }

    /** From now on another process may take over; {@code leave} is run when it has, and should lead to {@link #leave}. */
    void allowTakeover(Runnable leave) {
        operations.succession().allow(leave);
    }

    /** Another process has taken over: clients are sent there, and what was begun here is finished, as by {@link #drain}. */
    void leave() {
        departure.leave(() -> {
            if (admin != null) {
                admin.close();
            }
        });
    }

    /** Not ready any more, no new connections; done when the last client's answer is, or {@code drain_timeout} has passed. */
    void drain() {
        departure.drain();
    }

    /** Cuts what still runs and lets go of everything. Again is nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        plane.frontend().close().awaitUninterruptibly(SOON.toMillis());
        plane.retire();
        if (admin != null) {
            admin.close();
        }
        core.close();
        Future<?> loops =
                transport.loops().shutdownGracefully(QUIET.toMillis(), SOON.toMillis(), TimeUnit.MILLISECONDS);
        Future<?> admins = adminLoop.shutdownGracefully(QUIET.toMillis(), SOON.toMillis(), TimeUnit.MILLISECONDS);
        loops.awaitUninterruptibly(SOON.toMillis());
        admins.awaitUninterruptibly(SOON.toMillis());
        resolver.close();
        core.closeLogs();
    }

    private void open(HomingConfig config, boolean takeover) throws StartFailure {
        Predecessor before = takeover ? Predecessor.of(config) : null;
        try {
            core.verify(config);
        } catch (IllegalArgumentException e) {
            throw new StartFailure(String.valueOf(e.getMessage()));
        }
        await(core.control().start(config), "configuration");
        awaitFirstAnswers();
        byte[] table = before == null ? null : tableOf(before, config);
        if (before == null || table == null) {
            awaitFirstProbes(core.recall() > 0 ? longestProbe(config) : FIRST_PROBES);
            core.join();
            listen(config, false);
            listenToOperators(config);
        } else {
            core.takeUp(table);
            core.join();
            listen(config, true);
            operations.succession().rest();
            sendAway(before);
            listenToOperatorsAfter(config);
        }
        core.keep();
    }

    /** When this process is ready to serve, so that the two are both there for a moment only. Null when there is no other. */
    private byte @Nullable [] tableOf(Predecessor before, HomingConfig config) throws StartFailure {
        awaitFirstProbes(longestProbe(config));
        byte[] table = before.begin();
        if (table == null) {
            LOG.info("--takeover: nobody to take over from");
        }
        return table;
    }

    private void sendAway(Predecessor before) {
        try {
            byte[] more = before.finish();
            if (more != null) {
                core.takeUp(more);
            }
        } catch (StartFailure e) {
            // This process serves: better both than none.
            LOG.error("the process before may not have gone: {}", e.getMessage());
        }
    }

    private void listen(HomingConfig config, boolean joining) throws StartFailure {
        for (Listener listener : config.server().listen()) {
            addresses.add(listen(listener, joining));
        }
    }

    private void listenToOperators(HomingConfig config) throws StartFailure {
        Address address = config.server().admin();
        if (address != null) {
            admin = await(listenToOperators(address), "admin: " + address);
        }
    }

    /** As soon as the process before has left the address. Clients are served all the same. */
    private void listenToOperatorsAfter(HomingConfig config) throws StartFailure {
        long latest = System.nanoTime() + SOON.toNanos();
        while (admin == null) {
            try {
                listenToOperators(config);
            } catch (StartFailure e) {
                if (System.nanoTime() - latest > 0) {
                    LOG.error("serving without an admin listener: {}", e.getMessage());
                    return;
                }
                within(A_MOMENT, new CompletableFuture<>());
            }
        }
    }

    /** Sessions of replicas that are not known yet could not be taken up. */
    private void awaitFirstAnswers() throws StartFailure {
        if (!within(FIRST_ANSWERS, core.control().firstAnswers().toCompletableFuture())) {
            LOG.warn("not every name of dns+http backends was answered within {} s", FIRST_ANSWERS.toSeconds());
        }
    }

    /** A replica that is at work may answer its first probe late; sessions that come back to it must not be moved for that. */
    private static Duration longestProbe(HomingConfig config) {
        return config.pools().stream()
                .map(pool -> pool.settings().health().timeout())
                .reduce(FIRST_PROBES, (a, b) -> a.compareTo(b) > 0 ? a : b);
    }

    private void awaitFirstProbes(Duration limit) throws StartFailure {
        CompletableFuture<?> probes = core.control().firstProbes().toCompletableFuture();
        long latest = System.nanoTime() + FIRST_BACKENDS.toNanos();
        boolean probed = within(limit, probes);
        while (!probed && operations.notReady() != null && System.nanoTime() - latest < 0) {
            probed = within(A_MOMENT, probes);
        }
        if (!probed) {
            LOG.debug("not every backend has answered its first probe yet");
        }
    }

    private static boolean within(Duration limit, CompletableFuture<?> stage) throws StartFailure {
        try {
            stage.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new StartFailure("probes: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted");
        }
    }

    private InetSocketAddress listen(Listener listener, boolean joining) throws StartFailure {
        Address address = listener.address();
        ChannelFuture bound = plane.frontend()
                .listen(new InetSocketAddress(address.host(), address.port()), core.door(listener), joining);
        bound.awaitUninterruptibly(SOON.toMillis());
        if (!bound.isSuccess()) {
            throw StartFailure.of("listen: " + address, bound.cause());
        }
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private CompletionStage<AdminServer> listenToOperators(Address address) {
        LiveFeed live = new LiveFeed(new LiveFeed.Sources(
                operations, core.meters()::totals, core.happenings(), System::nanoTime, System::currentTimeMillis));
        adminLoop.scheduleAtFixedRate(live::tick, A_TICK.toMillis(), A_TICK.toMillis(), TimeUnit.MILLISECONDS);
        return AdminServer.start(
                adminLoop, address, () -> operations.config().server().adminToken(), operations, core.registry(), live);
    }

    private static <T> T await(CompletionStage<T> stage, String what) throws StartFailure {
        try {
            return stage.toCompletableFuture().get(SOON.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw StartFailure.of(what, e.getCause());
        } catch (TimeoutException e) {
            throw new StartFailure(what + ": no result within " + SOON.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted");
        }
    }

    /** A name for {@code Via} that no other proxy has, so that a chain of proxies is not taken for a loop. */
    private static String pseudonym() {
        byte[] random = new byte[6];
        new SecureRandom().nextBytes(random);
        return "homing-" + HexFormat.of().formatHex(random);
    }
}
