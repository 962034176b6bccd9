// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.net.InetAddress;

/**
 * A block of addresses, RFC 4632 (IPv4) and RFC 4291 section 2.3 (IPv6).
 *
 * @param network its first address
 * @param prefix leading bits that are fixed: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Cidr(InetAddress network, int prefix) {

    /** Whether {@code address} lies in this block; false across address families. */
    public boolean contains(InetAddress address) {
        byte[] a = address.getAddress();
        byte[] n = network.getAddress();
        if (a.length != n.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit += 8) {
            int mask = prefix - bit >= 8 ? 0xff : 0xff << (8 - (prefix - bit)) & 0xff;
            if (((a[bit / 8] ^ n[bit / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefix;
    }
}
