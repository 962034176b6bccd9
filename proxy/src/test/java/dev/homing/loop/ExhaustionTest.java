// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExhaustionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "newSocketStream(..) failed with error(-24): Too many open files",
                "Too many open files in system",
                "connect(..) failed with error(-99): Cannot assign requested address: /127.0.0.1:1",
                "No buffer space available",
            })
    void whatThisMachineLacksIsNoFaultOfTheBackend(String words) {
        assertThat(Exhaustion.isCauseOf(new IOException(words))).isTrue();
        assertThat(Exhaustion.isCauseOf(new ChannelException("Unable to create Channel", new SocketException(words))))
                .isTrue();
    }

    @Test
    void aRefusalIsTheBackendsOwn() {
        assertThat(Exhaustion.isCauseOf(new ConnectException("connect(..) failed: Connection refused")))
                .isFalse();
        assertThat(Exhaustion.isCauseOf(new IOException())).isFalse();
    }
}
