// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One replica as configured.
 *
 * @param id stable identity: hashed for placement, shown everywhere
 * @param url {@code http} or {@code https}, host, port, and a path prefix that is kept; with {@code dns+} before it, see {@link #name}
 * @param weight share of new sessions, {@code > 0}
 * @param maxInflight requests sent to it at once; 0 = no limit; {@link #AUTO} = the slot count that a llama-server tells
 * @param headers set on every request to it; backends ask for keys in headers of any name, so all values are secret
 */
public record BackendConfig(
        String id, URI url, double weight, int maxInflight, State state, Map<String, Secret> headers) {

    /** {@code max_inflight: auto}. */
    public static final int AUTO = -1;

    public BackendConfig {
        headers = Map.copyOf(headers);
    }

    /** The name that it stands for every replica of; null when it is one replica itself. */
    public @Nullable DnsName name() {
        return DnsName.of(url);
    }

    /** What the operator wants of it. */
    public enum State {
        READY,
        DRAIN,
        OFF
    }
}
