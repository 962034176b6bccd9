// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.Listener;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;

/** Bound addresses as they stand in a URL. */
final class Addresses {

    private Addresses() {}

    /** How clients begin a URL of that listener. */
    static String scheme(Listener listener) {
        return listener.tls() == null ? "http" : "https";
    }

    /** Host and port, an IPv6 address in brackets, RFC 3986 section 3.2.2. */
    static String text(InetSocketAddress address) {
        return NetUtil.toSocketAddressString(address);
    }
}
