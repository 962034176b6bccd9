// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.exchange.Generation;
import dev.homing.exchange.LoopScope;
import dev.homing.exchange.Shared;
import dev.homing.frontend.Frontend;
import dev.homing.loop.Deadlines;
import dev.homing.loop.Transport;
import dev.homing.observe.Traces;
import dev.homing.upstream.Connector;
import dev.homing.upstream.Upstreams;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.function.Supplier;

/** The event loops with what each has of its own, and the listeners in front of them. */
final class DataPlane {

    /** Files that are open for other reasons than a client and its backend. */
    private static final long OTHER_FILES = 128;

    private final IdentityHashMap<EventExecutor, LoopScope> scopes = new IdentityHashMap<>();
    private final Frontend frontend;

    DataPlane(
            Transport transport,
            AddressResolverGroup<InetSocketAddress> resolver,
            Shared shared,
            Traces traces,
            Supplier<Generation> generations) {
        Connector connector = new Connector(transport, resolver);
        for (EventExecutor loop : transport.loops()) {
            Deadlines deadlines = new Deadlines((EventLoop) loop, System::nanoTime);
            Upstreams upstreams =
                    new Upstreams((EventLoop) loop, connector, deadlines, shared.observer(), System::nanoTime);
            scopes.put(loop, new LoopScope(loop, deadlines, upstreams, System::nanoTime, traces, shared));
        }
        this.frontend =
                new Frontend(transport, loop -> Objects.requireNonNull(scopes.get(loop)), generations, byOpenFiles());
    }

    Frontend frontend() {
        return frontend;
    }

    /** Closes pooled connections, as no exchange will want them any more. */
    void retire() {
        scopes.forEach((loop, scope) -> loop.execute(scope.upstreams()::retire));
    }

    /** Each client may need a second file for its backend. */
    private static int byOpenFiles() {
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.UnixOperatingSystemMXBean system) {
            long files = system.getMaxFileDescriptorCount();
            return (int) Math.max(16, Math.min(Integer.MAX_VALUE, (files - OTHER_FILES) / 2));
        }
        return Integer.MAX_VALUE;
    }
}
