// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HopByHopHeadersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connection",
                "KEEP-ALIVE",
                "Proxy-Connection",
                "Proxy-Authorization",
                "Proxy-Authenticate",
                "TE",
                "Transfer-Encoding",
                "Upgrade",
                "HTTP2-Settings",
            })
    void theWellKnownOnesAlwaysEnd(String name) {
        assertThat(HopByHopHeaders.of(new DefaultHttpHeaders()).contains(name)).isTrue();
    }

    @Test
    void whatConnectionNamesEndsToo() {
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.add("Connection", "X-A ,\tx-b,,close").add("Connection", "x-C");
        HopByHopHeaders ending = HopByHopHeaders.of(headers);

        assertThat(ending.contains("x-a")).isTrue();
        assertThat(ending.contains("X-B")).isTrue();
        assertThat(ending.contains("X-c")).isTrue();
        assertThat(ending.contains("x-d")).isFalse();
    }

    @Test
    void framingAndHostCannotBeNamedAway() {
        HttpHeaders headers = new DefaultHttpHeaders();
        headers.add("Connection", "Content-Length, HOST");
        HopByHopHeaders ending = HopByHopHeaders.of(headers);

        assertThat(ending.contains("content-length")).isFalse();
        assertThat(ending.contains("Host")).isFalse();
    }
}
