// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.admin.AdminServer;
import dev.homing.admin.LiveFeed;
import dev.homing.config.Address;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The operators' listener, on an event loop of its own. Confined to who runs the process. */
final class OperatorsDoor {

    /** How often viewers of the dashboard are told how things are. */
    private static final Duration A_TICK = Duration.ofSeconds(1);

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("homing-admin", true), NioIoHandler.newFactory());
    private final Core core;
    private final AdminOperations operations;
    private @Nullable AdminServer server;

    OperatorsDoor(Core core, AdminOperations operations) {
        this.core = core;
        this.operations = operations;
    }

    /** Opens at {@code address}, null = not at all. */
    void open(@Nullable Address address, Duration limit) throws StartFailure {
        if (address != null) {
            server = Pending.of(listen(address), "admin: " + address).result(limit);
        }
    }

    private CompletionStage<AdminServer> listen(Address address) {
        LiveFeed live = new LiveFeed(new LiveFeed.Sources(
                operations, core.meters()::totals, core.happenings(), System::nanoTime, System::currentTimeMillis));
        loop.scheduleAtFixedRate(live::tick, A_TICK.toMillis(), A_TICK.toMillis(), TimeUnit.MILLISECONDS);
        return AdminServer.start(
                loop, address, () -> operations.config().server().adminToken(), operations, core.registry(), live);
    }

    /** Where operators connect to, null when it is not open. */
    @Nullable InetSocketAddress address() {
        return server == null ? null : server.address();
    }

    /** Lets go of its address. */
    void close() {
        if (server != null) {
            server.close();
        }
    }

    /** Ends its event loop, when that has had nothing to do for {@code quiet}. */
    Future<?> shutdown(Duration quiet, Duration limit) {
        return loop.shutdownGracefully(quiet.toMillis(), limit.toMillis(), TimeUnit.MILLISECONDS);
    }
}
