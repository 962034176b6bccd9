// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.wire.RecordingOrigin.Script;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of which nothing goes upstream. */
final class RefusalTest extends WireCase {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sleep",
                "/sleep/",
                "/sleep?level=1",
                "/sleep/x",
                "/%73leep",
                "//sleep",
                "/./sleep",
                "/x/../sleep",
                "/x/%2e%2e/sleep",
                "/../sleep"
            })
    void theEnginesOwnControlsAreNotReached(String target) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send("POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi" + GET);

        assertThat(client.response().status()).isEqualTo(404);
        assertThat(client.response().status()).isEqualTo(200);
        assertThat(origin.conversation(0).received())
                .startsWith("GET /x HTTP/1.1\r\n")
                .doesNotContain("sleep");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/sleepy", "/x/sleep", "/%2573leep"})
    void otherPathsPass(String target) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        assertThat(client.send("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(200);
        assertThat(origin.conversation(0).received()).startsWith("GET " + target + " HTTP/1.1\r\n");
    }

    @Test
    void whatNoRouteMatchesIsA404InTheShapeOfItsApi() throws Exception {
        configs.routedBelow("/only");
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        assertThat(client.send(GET).response().body()).contains("\"code\":\"not_found\"");
        RawClient.Response messages =
                client.send("GET /v1/messages HTTP/1.1\r\nHost: h\r\n\r\n").response();
        assertThat(messages.status()).isEqualTo(404);
        assertThat(messages.body()).startsWith("{\"type\":\"error\"");
        assertThat(client.send("GET /only/this HTTP/1.1\r\nHost: h\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(200);
    }
}
