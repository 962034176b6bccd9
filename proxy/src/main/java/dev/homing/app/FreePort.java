// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.net.URI;
import java.util.List;
import java.util.Set;

/** The address that a first configuration listens at: 8080, which older llama-servers take by default too, or the next port that no replica has. */
final class FreePort {

    private static final int FIRST = 8080;

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]", "0.0.0.0");

    private FreePort() {}

    static String listen(List<URI> backends) {
        int port = FIRST;
        while (isTaken(port, backends)) {
            port++;
        }
        return "127.0.0.1:" + port;
    }

    private static boolean isTaken(int port, List<URI> backends) {
        return backends.stream().anyMatch(url -> url.getPort() == port && THIS_MACHINE.contains(url.getHost()));
    }
}
