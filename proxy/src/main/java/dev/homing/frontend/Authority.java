// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import io.netty.util.NetUtil;

/** The authority that a request asks for: a host and, perhaps, a port, without a user. RFC 9110 section 7.2. */
final class Authority {

    /** What a name may have beside letters and digits, RFC 3986 section 3.2.2. A comma, which it could have too, separates lists. */
    private static final String MARKS = "-._~!$&'()*+;=%";

    private static final int MAX_PORT = 65_535;

    private Authority() {}

    static boolean isSound(String text) {
        int end = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
        if (end < 0) {
            end = text.length();
        }
        return isHost(text.substring(0, end))
                && (end == text.length() || (text.charAt(end) == ':' && isPort(text.substring(end + 1))));
    }

    private static boolean isHost(String host) {
        if (host.startsWith("[")) {
            String address = host.substring(1, host.length() - 1);
            return address.indexOf('%') < 0 && NetUtil.isValidIpV6Address(address);
        }
        return !host.isEmpty()
                && host.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || MARKS.indexOf(c) >= 0);
    }

    /** The port after a colon may be left out, RFC 3986 section 3.2.3. */
    private static boolean isPort(String port) {
        return port.chars().allMatch(c -> c >= '0' && c <= '9')
                && (port.isEmpty() || (port.length() <= 5 && Integer.parseInt(port) <= MAX_PORT));
    }
}
