// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The time that an engine works by; everything scheduled runs on the engine's own thread. */
interface EngineClock {

    /** Nanoseconds since an arbitrary moment. */
    long now();

    Timer schedule(Runnable task, long delayNanos);

    /** A scheduled task that may be called off. */
    interface Timer {
        void cancel();
    }

    static EngineClock of(EventLoop loop) {
        return new EngineClock() {
            @Override
            public long now() {
                return System.nanoTime();
            }

            @Override
            public Timer schedule(Runnable task, long delayNanos) {
                Future<?> scheduled = loop.schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
                return () -> scheduled.cancel(false);
            }
        };
    }
}
