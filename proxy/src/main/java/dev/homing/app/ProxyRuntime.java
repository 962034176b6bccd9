// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.admission.Admission;
import dev.homing.affinity.PendingWork;
import dev.homing.affinity.SessionRouter;
import dev.homing.config.HomingConfig;
import dev.homing.config.Server;
import dev.homing.control.ConfigWatcher;
import dev.homing.exchange.Shared;
import dev.homing.loop.Transport;
import dev.homing.observe.Observers;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A whole proxy that runs. Everything is put together here and nowhere else. */
final class ProxyRuntime implements AutoCloseable {

    /** For what takes milliseconds unless something is badly wrong. */
    private static final Duration SOON = Duration.ofSeconds(5);

    /** How long a loop must have had nothing to do before it ends: connections that are being closed still have. */
    private static final Duration QUIET = Duration.ofMillis(100);

    private final Transport transport;
    private final AddressResolverGroup<InetSocketAddress> resolver;
    private final Core core;
    private final DataPlane plane;
    private final AdminOperations operations;
    private final Departure departure;
    private final OperatorsDoor operators;

    /** Written by who starts it. */
    private List<InetSocketAddress> addresses = List.of();

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
                        new Observers(
                                core.journal().accessLog(),
                                new Observers(core.journal().tracing(), core.happenings()))),
                core.control()::outcome,
                pseudonym());
        this.plane = new DataPlane(transport, resolver, shared, core.journal().tracing(), core::generation);
        this.operations = new AdminOperations(core, router, config, source);
        this.operators = new OperatorsDoor(core, operations);
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
            Predecessor before = takeover ? Predecessor.of(config) : null;
            runtime.addresses = runtime.opening(config).open(before);
            return runtime;
        } catch (StartFailure e) {
            runtime.close();
            throw e;
        }
    }

    private Opening opening(HomingConfig config) {
        return new Opening(core, operations, plane.frontend(), operators, config);
    }

    /** Where clients connect to, in the order of the configuration, with the ports that the system chose. */
    List<InetSocketAddress> addresses() {
        return addresses;
    }

    /** Where operators connect to, null when there is no admin listener. */
    @Nullable InetSocketAddress adminAddress() {
        return operators.address();
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
        departure.leave(operators::close);
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
        operators.close();
        core.close();
        Future<?> loops =
                transport.loops().shutdownGracefully(QUIET.toMillis(), SOON.toMillis(), TimeUnit.MILLISECONDS);
        Future<?> admins = operators.shutdown(QUIET, SOON);
        loops.awaitUninterruptibly(SOON.toMillis());
        admins.awaitUninterruptibly(SOON.toMillis());
        resolver.close();
        core.journal().close();
    }

    /** A name for {@code Via} that no other proxy has, so that a chain of proxies is not taken for a loop. */
    private static String pseudonym() {
        byte[] random = new byte[6];
        new SecureRandom().nextBytes(random);
        return "homing-" + HexFormat.of().formatHex(random);
    }
}
