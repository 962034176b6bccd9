// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.net.URI;
import java.util.List;
import java.util.Set;

/** Where a first configuration listens on this machine: at the usual port, or the next one that no replica has. */
final class FreePort {

    /** For clients; older llama-servers take it by default too. */
    static final int CLIENTS = 8080;

    /** For operators. */
    static final int OPERATORS = 9090;

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]", "0.0.0.0");

    private FreePort() {}

    static String from(int usual, List<URI> replicas) {
        int port = usual;
        while (isTaken(port, replicas)) {
            port++;
        }
        return "127.0.0.1:" + port;
    }

    private static boolean isTaken(int port, List<URI> replicas) {
        return replicas.stream().anyMatch(url -> url.getPort() == port && THIS_MACHINE.contains(url.getHost()));
    }
}
