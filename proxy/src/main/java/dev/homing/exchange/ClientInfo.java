// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import java.net.InetAddress;

/**
 * Who sent a request.
 *
 * @param address the peer's address on the connection
 * @param scheme {@code http} or {@code https}, as the client spoke to homing
 */
public record ClientInfo(InetAddress address, String scheme) {}
