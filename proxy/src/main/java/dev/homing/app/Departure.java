// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.frontend.Frontend;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a process goes: what was begun is finished, nobody who comes at the last moment is turned away, and no connection closes under a client's hands. */
final class Departure {

    /** How long the one that takes over has to read what it was handed. */
    private static final Duration ANSWERED = Duration.ofSeconds(1);

    /** How long a listener still accepts when another process has taken over: handshakes that had begun are done, and idle clients have asked again. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /** How long who had begun to connect may take to be there: a round trip or two, and the time of a busy event loop. */
    private static final Duration HANDSHAKES = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);

    private final Frontend frontend;
    private final AdminOperations operations;
    private final Supplier<Duration> timeout;

    /** @param timeout {@code drain_timeout} as it is in force */
    Departure(Frontend frontend, AdminOperations operations, Supplier<Duration> timeout) {
        this.frontend = frontend;
        this.operations = operations;
        this.timeout = timeout;
    }

    /**
     * Another process has taken over: clients are sent there, and what was begun here is finished, as by {@link #drain}.
     *
     * @param unbind lets go of the operators' address
     */
    void leave(Runnable unbind) {
        operations.drain();
        frontend.leave();
        pause(ANSWERED);
        unbind.run();
        pause(LINGER);
        drain();
    }

    /** Not ready any more, no new connections; done when the last client's answer is, or {@code drain_timeout} has passed. */
    void drain() {
        Duration limit = timeout.get();
        long latest = System.nanoTime() + limit.toNanos();
        operations.drain();
        frontend.leave();
        frontend.shut();
        pause(limit.compareTo(HANDSHAKES) < 0 ? limit : HANDSHAKES);
        frontend.drain();
        LOG.info("draining: {} client connections", frontend.connections());
        long left = Math.max(0, latest - System.nanoTime());
        if (!frontend.drained().awaitUninterruptibly(left, TimeUnit.NANOSECONDS)) {
            LOG.warn(
                    "drain_timeout of {} s is over: {} connections are cut", limit.toSeconds(), frontend.connections());
        }
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
