// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Requests that wait for engines which answer when they are told to. */
abstract class QueueCase extends WireCase {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    final GatedEngine engine() {
        return opened(new GatedEngine());
    }

    static String get(String path) {
        return head("GET " + path + " HTTP/1.1", "Host: h");
    }

    static String ofSession(String session, String path) {
        return head("GET " + path + " HTTP/1.1", "Host: h", "X-Session-Id: " + session);
    }

    static List<InetSocketAddress> addresses(GatedEngine... engines) throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (GatedEngine engine : engines) {
            addresses.add(engine.origin().address());
        }
        return addresses;
    }

    static void awaitWaiting(PlaneUnderTest plane, int slot, int requests) {
        await("waiting: " + requests).atMost(PATIENCE).until(() -> plane.waiting(slot) == requests);
    }
}
