// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

/**
 * A host and a port, as written: nothing is resolved here.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without its brackets
 * @param port 0 to 65535; 0 lets the system choose (listeners only)
 */
public record Address(String host, int port) {

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
