// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Who a client is by its PROXY protocol header, versions 1 and 2 (haproxy.org/download/3.2/doc/proxy-protocol.txt). */
final class ProxySource {

    private ProxySource() {}

    /**
     * The client's address.
     *
     * @param peer who sent the header: the client itself where that says {@code LOCAL} (a health check), {@code UNKNOWN} or a Unix socket
     */
    static InetAddress of(HAProxyMessage header, InetAddress peer) {
        HAProxyProxiedProtocol protocol = header.proxiedProtocol();
        if (header.command() == HAProxyCommand.LOCAL) {
            return peer;
        }
        return switch (protocol) {
            case UNKNOWN, UNIX_STREAM -> peer;
            case TCP4, TCP6 -> address(header.sourceAddress());
            case UDP4, UDP6, UNIX_DGRAM ->
                throw new HAProxyProtocolException("protocol: " + protocol + " (expected: a stream)");
        };
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(text));
        } catch (UnknownHostException e) {
            throw new HAProxyProtocolException("address: " + text + " (expected: IPv4 or IPv6)", e);
        }
    }
}
