// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.health.Outcome;
import dev.homing.wire.RecordingOrigin.Script;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Limits of size and time. */
final class LimitsTest extends WireCase {

    private static final Duration SHORT = Duration.ofMillis(300);

    private static final Script SILENT = conversation -> {
        conversation.head();
        conversation.drain();
    };

    @Test
    void aBodyThatIsDeclaredTooLargeIsRefusedBeforeAnythingIsSent() throws Exception {
        configs.body(1000);
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);

        RawClient.Response response = client(plane)
                .send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n")
                .response();

        assertThat(response.status()).isEqualTo(413);
        assertThat(origin.connections()).isZero();
        assertThat(plane.observer().rejections()).containsExactly("body_too_large");
    }

    @Test
    void aBodyOfExactlyTheLimitPasses() throws Exception {
        configs.body(1000);
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));
        String body = "x".repeat(1000);

        assertThat(client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" + body)
                        .response()
                        .status())
                .isEqualTo(200);
        assertThat(client.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + body
                                + "\r\n0\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aBodyThatTurnsOutTooLargeIsRefusedAndItsBackendLetGoOf() throws Exception {
        configs.body(1000);
        RecordingOrigin origin = origin(SILENT);
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(
                "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + "x".repeat(1000) + "\r\n");
        await().atMost(Duration.ofSeconds(5))
                .until(() -> origin.conversation(0).received().endsWith("x\r\n"));
        client.send("1\r\nx\r\n0\r\n\r\n");

        RawClient.Response response = client.response();
        assertThat(response.status()).isEqualTo(413);
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        assertThat(origin.conversation(0).received()).doesNotEndWith("0\r\n\r\n");
        plane.awaitQuiet();
        assertThat(plane.outcomes()).isEmpty();
    }

    @Test
    void aSlowHeadIsA408() throws Exception {
        configs.requestHead(SHORT);
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawClient client = client(plane);

        client.send("GET /x HT");
        assertThat(client.silentFor(150)).isTrue();
        client.send("TP/1.1\r\nHos");

        RawClient.Response response = client.response();
        assertThat(response.status()).isEqualTo(408);
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(client.ends()).isTrue();
        assertThat(plane.observer().rejections()).containsExactly("request_timeout");
    }

    @Test
    void anEmptyLineBeginsNoHead() throws Exception {
        configs.requestHead(SHORT);
        RawClient client = client(plane(origin(Script.answering(OK))));

        client.send(GET).response();
        client.send("\r\n");

        assertThat(client.silentFor(600)).isTrue();
        assertThat(client.send(GET).response().status()).isEqualTo(200);
    }

    @Test
    void aBodyThatStopsIsA408AndFreesItsBackend() throws Exception {
        configs.requestBody(SHORT);
        RecordingOrigin origin = origin(SILENT);
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");

        RawClient.Response response = client.response();
        assertThat(response.status()).isEqualTo(408);
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(origin.conversation(0).isOver(1000)).isTrue();
        plane.awaitQuiet();
        assertThat(plane.outcomes()).isEmpty();
    }

    @Test
    void aBodyThatComesSlowlyButSteadilyIsNotTimedOut() throws Exception {
        configs.requestBody(SHORT);
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\n");
        for (int i = 0; i < 8; i++) {
            Thread.sleep(100);
            client.send("x");
        }

        assertThat(client.response().status()).isEqualTo(200);
    }

    @Test
    void aBackendThatKeepsSilentIsA504() throws Exception {
        configs.responseHead(SHORT);
        RecordingOrigin origin = origin(SILENT);
        PlaneUnderTest plane = plane(origin);

        RawClient.Response response = client(plane).send(GET).response();

        assertThat(response.status()).isEqualTo(504);
        assertThat(response.body()).contains("\"code\":\"gateway_timeout\"");
        assertThat(origin.conversation(0).isOver(1000)).isTrue();
        assertThat(plane.outcomes()).containsExactly(Outcome.TIMEOUT);
    }

    @Test
    void aStreamThatFallsSilentIsCut() throws Exception {
        configs.streamIdle(SHORT);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 6; i++) {
                conversation.send("1\r\n" + i + "\r\n");
                Thread.sleep(100);
            }
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send(GET).until("1\r\n5\r\n");

        assertThat(client.toEnd()).isEmpty();
        assertThat(origin.conversation(0).isOver(1000)).isTrue();
        assertThat(plane.outcomes()).containsExactly(Outcome.TIMEOUT);
    }

    @Test
    void aBackendThatSwallowsConnectionsIsPassedByAndAllOfThemAreA504() throws Exception {
        configs.connect(SHORT);
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = new InetSocketAddress(full.getInetAddress(), full.getLocalPort());
            for (int i = 0; i < 8; i++) {
                Socket filler = opened(new Socket());
                try {
                    filler.connect(address, 200);
                } catch (java.net.SocketTimeoutException e) {
                    break;
                }
            }
            RecordingOrigin alive = origin(Script.answering(OK));

            PlaneUnderTest plane = plane(address, alive.address());
            assertThat(client(plane).send(GET).response().status()).isEqualTo(200);
            assertThat(plane.outcomes()).containsOnly(Outcome.CONNECT_FAILED);
            PlaneUnderTest nobody = plane(address, address);
            assertThat(client(nobody).send(GET).response().status()).isEqualTo(504);
        }
    }

    @Test
    void aClientThatNeverReadsItsLastAnswerIsNotWaitedForForEver() throws Exception {
        configs.clientIdle(SHORT);
        String body = "x".repeat(60_000);
        RecordingOrigin origin =
                origin(Script.answering("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body));
        PlaneUnderTest plane =
                opened(PlaneUnderTest.openWithSmallBuffers(io, configs.generation(List.of(origin.address()))));
        RawClient client = opened(RawClient.to(plane.address(), 1024));

        client.send("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        await().atMost(Duration.ofSeconds(5))
                .until(() -> plane.observer().finished().size() == 1);
        assertThat(plane.observer().finished().get(0).clientGone()).isFalse();
        await().atMost(Duration.ofSeconds(5)).until(() -> plane.frontend().connections() == 0);
        assertThat(client.ending()).isIn("end", "reset");
    }
}
