// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.homing.wire.RawClient;
import dev.homing.wire.RecordingOrigin;
import dev.homing.wire.RecordingOrigin.Script;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** A whole proxy in this process. */
class ProxyRuntimeTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void closingItAgainChangesNothing() {
        RunningHoming homing = RunningHoming.start(
                "{listen: '127.0.0.1:0', admin: none, backends: [{id: a, url: 'http://127.0.0.1:1'}]}");

        homing.close();
        assertThatNoException().isThrownBy(homing::close);
    }

    @Test
    void aBackendIsSentTheHeadersOfItsConfigurationInPlaceOfTheClients() throws Exception {
        try (RecordingOrigin origin = RecordingOrigin.running(Script.answering(OK));
                RunningHoming homing =
                        RunningHoming.start("""
                        listen: 127.0.0.1:0
                        admin: none
                        backends:
                          - id: a
                            url: http://127.0.0.1:%d
                            headers: {Authorization: Bearer its-own, X-data-parallel-rank: "1"}
                        """.formatted(origin.address().getPort()));
                RawClient client = RawClient.to(new InetSocketAddress(
                        homing.clients().getHost(), homing.clients().getPort()))) {
            client.send(
                    "GET /asked HTTP/1.1\r\nHost: h\r\nauthorization: Bearer clients\r\nx-data-parallel-rank: 2\r\n\r\n");

            assertThat(client.response().status()).isEqualTo(200);
            assertThat(origin.conversation(0).received())
                    .startsWith("GET /health ")
                    .contains("Authorization: Bearer its-own\r\n", "X-data-parallel-rank: 1\r\n");
            assertThat(origin.conversation(1).received())
                    .startsWith("GET /asked ")
                    .contains("Authorization: Bearer its-own\r\n", "X-data-parallel-rank: 1\r\n")
                    .doesNotContain("clients", "x-data-parallel-rank");
        }
    }
}
