// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SettledRingTest {

    private static final int GROUPS = 20;
    private static final int LOOPS = 4;

    /** What this is for, nothing that writes to freed memory, shows in whole proxies that are started and stopped by the hundred. */
    @Test
    void loopsRunTasksAndEnd() {
        assumeTrue(IoUring.isAvailable(), "no io_uring here");
        for (int i = 0; i < GROUPS; i++) {
            EventLoopGroup group =
                    new MultiThreadIoEventLoopGroup(LOOPS, SettledRing.newFactory(new IoUringIoHandlerConfig()));
            for (int task = 0; task < LOOPS; task++) {
                group.next().submit(() -> {}).syncUninterruptibly();
            }
            assertThat(group.shutdownGracefully(0, 20, TimeUnit.SECONDS).awaitUninterruptibly(20, TimeUnit.SECONDS))
                    .isTrue();
        }
    }
}
