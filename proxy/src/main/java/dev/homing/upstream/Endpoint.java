// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a backend is and how it is spoken to. Connections of one endpoint are never used for another, so a backend whose address changed
 * starts with an empty pool.
 *
 * @param address unresolved when it is a name
 * @param authority what is sent as {@code Host}: the backend's own, RFC 9110 section 7.2
 * @param pathPrefix put before every path; empty, or begins with a slash and does not end with one
 * @param headers set on every request, in place of the client's
 * @param tls null for plain HTTP
 */
public record Endpoint(
        InetSocketAddress address,
        String authority,
        String pathPrefix,
        Map<String, String> headers,
        @Nullable SslContext tls) {

    public Endpoint {
        headers = Map.copyOf(headers);
    }
}
