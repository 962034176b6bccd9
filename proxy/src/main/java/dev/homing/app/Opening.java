// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Address;
import dev.homing.config.HomingConfig;
import dev.homing.config.Listener;
import dev.homing.frontend.Frontend;
import io.netty.channel.ChannelFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a process comes to serve: it knows its backends first, then its sessions, and then it listens; by itself, or in the place of another one. */
final class Opening {

    /** How long listeners wait for the first probes, so that the first client does not find every backend unknown. */
    private static final Duration FIRST_PROBES = Duration.ofSeconds(1);

    /** How long they wait when by then there is a pool that none of its backends could serve: clients would only be refused. */
    private static final Duration FIRST_BACKENDS = Duration.ofSeconds(5);

    /** How long a start waits for name servers to tell, where backends are names that stand for several replicas. */
    private static final Duration FIRST_ANSWERS = Duration.ofSeconds(5);

    /** For what takes milliseconds unless something is badly wrong. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final Duration A_MOMENT = Duration.ofMillis(20);

    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    private final Core core;
    private final AdminOperations operations;
    private final Frontend frontend;
    private final OperatorsDoor operators;
    private final HomingConfig config;

    Opening(Core core, AdminOperations operations, Frontend frontend, OperatorsDoor operators, HomingConfig config) {
        this.core = core;
        this.operations = operations;
        this.frontend = frontend;
        this.operators = operators;
        this.config = config;
    }

    /**
     * Returns when it serves, with the addresses where clients connect to.
     *
     * @param before whose place it takes if somebody is there, null = nobody's
     */
    List<InetSocketAddress> open(@Nullable Predecessor before) throws StartFailure {
        try {
            core.verify(config);
        } catch (IllegalArgumentException e) {
            throw new StartFailure(String.valueOf(e.getMessage()));
        }
        Pending.of(core.control().start(config), "configuration").result(SOON);
        awaitFirstAnswers();
        byte[] table = before == null ? null : tableOf(before);
        return before == null || table == null ? openAlone() : openAfter(before, table);
    }

    private List<InetSocketAddress> openAlone() throws StartFailure {
        awaitFirstProbes(core.inheritance().recall() > 0 ? longestProbe() : FIRST_PROBES);
        core.join();
        List<InetSocketAddress> addresses = listen(false);
        operators.open(config.server().admin(), SOON);
        core.inheritance().keep();
        return addresses;
    }

    private List<InetSocketAddress> openAfter(Predecessor before, byte[] table) throws StartFailure {
        core.inheritance().takeUp(table);
        core.join();
        List<InetSocketAddress> addresses = listen(true);
        operations.succession().rest();
        sendAway(before);
        openToOperatorsInTime();
        core.inheritance().keep();
        return addresses;
    }

    /** When this process is ready to serve, so that the two are both there for a moment only. Null when there is no other. */
    private byte @Nullable [] tableOf(Predecessor before) throws StartFailure {
        awaitFirstProbes(longestProbe());
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
                core.inheritance().takeUp(more);
            }
        } catch (StartFailure e) {
            // This process serves: better both than none.
            LOG.error("the process before may not have gone: {}", e.getMessage());
        }
    }

    /** As soon as the process before has left the address. Clients are served all the same. */
    private void openToOperatorsInTime() throws StartFailure {
        long latest = System.nanoTime() + SOON.toNanos();
        while (true) {
            try {
                operators.open(config.server().admin(), SOON);
                return;
            } catch (StartFailure e) {
                if (System.nanoTime() - latest > 0) {
                    LOG.error("serving without an admin listener: {}", e.getMessage());
                    return;
                }
                Pending.of(new CompletableFuture<>(), "a moment").within(A_MOMENT);
            }
        }
    }

    /** Sessions of replicas that are not known yet could not be taken up. */
    private void awaitFirstAnswers() throws StartFailure {
        if (!Pending.of(core.control().firstAnswers(), "names").within(FIRST_ANSWERS)) {
            LOG.warn("not every name of dns+http backends was answered within {} s", FIRST_ANSWERS.toSeconds());
        }
    }

    /** A replica that is at work may answer its first probe late; sessions that come back to it must not be moved for that. */
    private Duration longestProbe() {
        return config.pools().stream()
                .map(pool -> pool.settings().health().timeout())
                .reduce(FIRST_PROBES, (a, b) -> a.compareTo(b) > 0 ? a : b);
    }

    private void awaitFirstProbes(Duration limit) throws StartFailure {
        Pending<Void> probes = Pending.of(core.control().firstProbes(), "probes");
        long latest = System.nanoTime() + FIRST_BACKENDS.toNanos();
        boolean probed = probes.within(limit);
        while (!probed && operations.notReady() != null && System.nanoTime() - latest < 0) {
            probed = probes.within(A_MOMENT);
        }
        if (!probed) {
            LOG.debug("not every backend has answered its first probe yet");
        }
    }

    private List<InetSocketAddress> listen(boolean joining) throws StartFailure {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (Listener listener : config.server().listen()) {
            addresses.add(listen(listener, joining));
        }
        return List.copyOf(addresses);
    }

    private InetSocketAddress listen(Listener listener, boolean joining) throws StartFailure {
        Address address = listener.address();
        ChannelFuture bound =
                frontend.listen(new InetSocketAddress(address.host(), address.port()), core.door(listener), joining);
        bound.awaitUninterruptibly(SOON.toMillis());
        if (!bound.isSuccess()) {
            throw StartFailure.of("listen: " + address, bound.cause());
        }
        return (InetSocketAddress) bound.channel().localAddress();
    }
}
