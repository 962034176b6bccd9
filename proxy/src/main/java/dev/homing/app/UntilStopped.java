// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.util.concurrent.CountDownLatch;

/** The wait of a command that serves: until SIGTERM or SIGINT ends the process, or its thread is interrupted. Both count as success. */
final class UntilStopped {

    private UntilStopped() {}

    static void await(AutoCloseable server) {
        Thread onSignal = new Thread(() -> {
            close(server);
            // a signal was the expected end; without this the JVM would exit with 128 + its number
            Runtime.getRuntime().halt(0);
        });
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Runtime.getRuntime().removeShutdownHook(onSignal);
            close(server);
        }
    }

    private static void close(AutoCloseable server) {
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException("could not stop", e);
        }
    }
}
