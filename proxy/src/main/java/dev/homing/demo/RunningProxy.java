// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A proxy that serves, in front of the demo's replicas. */
public interface RunningProxy extends AutoCloseable {

    /** Where clients are to connect to. */
    InetSocketAddress address();

    /** Its dashboard, null = it has none. */
    @Nullable URI admin();

    /** Stops it; what still runs is cut. */
    @Override
    void close();
}
