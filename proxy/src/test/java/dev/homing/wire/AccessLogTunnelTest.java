// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static dev.homing.wire.UpgradeTest.HANDSHAKE;
import static dev.homing.wire.UpgradeTest.switching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A WebSocket has one line as any request has, when it is over. */
final class AccessLogTunnelTest extends WireCase {

    private RawClient switched(PlaneUnderTest plane) throws Exception {
        RawClient client = client(plane);
        assertThat(client.send(HANDSHAKE).response().status()).isEqualTo(101);
        return client;
    }

    @Test
    void whatBothSidesSaidIsCountedAndABackendsEndIsNoError() throws Exception {
        PlaneUnderTest plane = plane(origin(switching(conversation -> {
            conversation.bytes(5);
            conversation.send("good");
            conversation.send("bye");
        })));

        RawClient client = switched(plane);
        assertThat(plane.observer().lines()).as("before it is over").isEmpty();
        assertThat(client.send("hello").toEnd()).isEqualTo("goodbye");

        JsonNode line = LoggedLines.only(plane);
        assertThat(line.get("status").intValue()).isEqualTo(101);
        assertThat(line.has("error")).isFalse();
        assertThat(line.get("bytes_in").intValue()).isEqualTo(5);
        assertThat(line.get("bytes_out").intValue()).isEqualTo(7);
        assertThat(line.get("backend").textValue()).isEqualTo("b0");
        assertThat(line.get("method").textValue()).isEqualTo("GET");
        assertThat(line.get("path").textValue()).isEqualTo("/v1/realtime");
    }

    @Test
    void howItEndedOtherwiseIsTheError() throws Exception {
        configs.streamIdle(Duration.ofMillis(300));
        PlaneUnderTest idle = plane(origin(switching(Conversation::drain)));
        switched(idle).ending();
        assertThat(LoggedLines.told(idle, 1)).containsExactly("GET /v1/realtime 101 tunnel_idle");

        configs.streamIdle(Duration.ofSeconds(30));
        PlaneUnderTest left = plane(origin(switching(Conversation::drain)));
        RawClient client = switched(left);
        client.send("x").endOutput();
        assertThat(LoggedLines.told(left, 1)).containsExactly("GET /v1/realtime 101 client_gone");

        PlaneUnderTest broken = plane(origin(switching(Conversation::reset)));
        switched(broken).ending();
        assertThat(LoggedLines.told(broken, 1)).containsExactly("GET /v1/realtime 101 answer_broken");
    }

    @Test
    void aHandshakeThatIsNotTakenIsARequestLikeAnyOther() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")));

        assertThat(client(plane).send(HANDSHAKE).response().status()).isEqualTo(403);

        JsonNode line = LoggedLines.only(plane);
        assertThat(line.get("status").intValue()).isEqualTo(403);
        assertThat(line.get("bytes_out").intValue()).isEqualTo(2);
    }

    @Test
    void aClientThatLeavesBeforeTheSwitchHasNoStatus() throws Exception {
        RecordingOrigin origin = origin(Conversation::drain);
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane).send(HANDSHAKE);
        await().until(() -> plane.inflight(0) == 1);

        client.close();

        assertThat(LoggedLines.told(plane, 1)).containsExactly("GET /v1/realtime - client_gone");
    }
}
