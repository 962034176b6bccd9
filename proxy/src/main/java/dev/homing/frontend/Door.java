// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How connections come in through one listener.
 *
 * @param tls asked once a connection; null for plain HTTP
 * @param proxyProtocol whether each connection begins with a PROXY protocol header, before TLS
 */
public record Door(@Nullable Supplier<Tls> tls, boolean proxyProtocol) {

    /** Plain HTTP. */
    public static final Door PLAIN = new Door(null, false);

    /** As clients spell it. */
    String scheme() {
        return tls == null ? "http" : "https";
    }
}
