// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import dev.homing.wire.RecordingOrigin.Script;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What a wire test stands on: it runs on every transport of this machine, and what it opens is closed, and checked, after it. */
@ParameterizedClass
@MethodSource("dev.homing.wire.Io#available")
class WireCase {

    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    static final String GET = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";

    @Parameter
    Io io;

    final Configs configs = new Configs();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** A head of these lines, with the empty one that ends it. */
    static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    RecordingOrigin origin(Script script) {
        return opened(RecordingOrigin.running(script));
    }

    RecordingOrigin origins(IntFunction<Script> scripts) {
        return opened(RecordingOrigin.scripted(scripts));
    }

    PlaneUnderTest plane(RecordingOrigin... origins) {
        return plane(Arrays.stream(origins).map(RecordingOrigin::address).toArray(InetSocketAddress[]::new));
    }

    PlaneUnderTest plane(InetSocketAddress... addresses) {
        return opened(PlaneUnderTest.open(io, configs.generation(Arrays.asList(addresses))));
    }

    RawClient client(PlaneUnderTest plane) throws IOException {
        return opened(plane.client());
    }

    <T extends AutoCloseable> T opened(T resource) {
        open.push(resource);
        return resource;
    }

    /** Clients first, then the plane, then its origins. */
    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
