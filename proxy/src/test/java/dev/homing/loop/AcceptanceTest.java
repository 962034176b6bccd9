// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.homing.LogLines;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AcceptanceTest {

    private final EmbeddedChannel listener = new EmbeddedChannel(new Acceptance());

    @BeforeEach
    void timeStandsStill() {
        listener.freezeTime();
    }

    @Test
    void afterAFailureNothingIsAcceptedForAMoment() {
        fail();
        fail();
        after(249);
        assertThat(listener.config().isAutoRead()).isFalse();
        after(1);
        assertThat(listener.config().isAutoRead()).isTrue();
        listener.checkException();

        fail();
        assertThat(listener.config().isAutoRead()).isFalse();
    }

    @Test
    void whatIsAcceptedAfterwardsGoesOn() {
        fail();
        listener.writeInbound("accepted");
        assertThat((String) listener.readInbound()).isEqualTo("accepted");
    }

    @Test
    void failuresAreToldOnceUntilThereWasNoneForAWhile() {
        try (LogLines log = LogLines.open()) {
            for (int i = 0; i < 100; i++) {
                fail();
                listener.writeInbound("accepted in between");
                after(250);
            }
            assertThat(log.lines(Level.WARN)).hasSize(1).allMatch(line -> line.endsWith("Too many open files"));
            after(4_999);
            assertThat(log.lines(Level.INFO)).hasSize(1);
            after(5_000);
            assertThat(log.lines(Level.INFO)).hasSize(2).last().asString().startsWith("connections are accepted again");

            fail();

            assertThat(log.lines(Level.WARN)).hasSize(2);
        }
    }

    private void fail() {
        listener.pipeline().fireExceptionCaught(new IOException("Too many open files"));
    }

    private void after(long millis) {
        listener.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        listener.runScheduledPendingTasks();
    }
}
