// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/** Puts a proxy in front of replicas: what the demo shows is whatever this makes. */
@FunctionalInterface
public interface ProxyFactory {

    /**
     * Starts a proxy on free ports; all replicas are eligible when it returns.
     *
     * @param affinity whether sessions are recognised by {@code X-Session-Id}; if not, every request goes round robin
     */
    RunningProxy start(List<InetSocketAddress> replicas, boolean affinity) throws IOException;
}
