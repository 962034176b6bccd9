// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.Cidr;
import dev.homing.wire.RecordingOrigin.Script;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which headers pass, which end here, and which are homing's own. */
final class HeadersTest extends WireCase {

    @Test
    void headersThatEndAtThisHopAreStrippedFromRequests() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send(head(
                                "POST /x HTTP/1.1",
                                "Host: h",
                                "Connection: X-A, upgrade, content-length, host, x-forwarded-for",
                                "X-A: 1",
                                "x-b: 2",
                                "Keep-Alive: timeout=5",
                                "Proxy-Connection: x",
                                "Proxy-Authorization: x",
                                "TE: gzip, trailers",
                                "Upgrade: h2c",
                                "HTTP2-Settings: x",
                                "X-Conversation-Id: c",
                                "X-Forwarded-For: 6.6.6.6",
                                "X-Forwarded-Port: 1",
                                "Forwarded: for=6.6.6.6",
                                "Content-Length: 5")
                        + "hello")
                .response();

        assertThat(origin.conversation(0).received())
                .isEqualTo("POST /x HTTP/1.1\r\nHost: 127.0.0.1:"
                        + origin.address().getPort()
                        + "\r\nx-b: 2\r\nContent-Length: 5\r\nTE: trailers\r\nConnection: TE\r\n"
                        + "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n"
                        + "Via: 1.1 homing-test\r\n\r\nhello");
    }

    @Test
    void headersThatEndAtThisHopAreStrippedFromResponses() throws Exception {
        RecordingOrigin origin = origin(
                Script.answering(
                        "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-A, content-length\r\n"
                                + "X-A: 1\r\nKeep-Alive: timeout=5\r\nX-B: 2\r\nVia: 1.1 other\r\nContent-Length: 2\r\n\r\nok"));
        RawClient client = client(plane(origin));

        for (int i = 0; i < 2; i++) {
            assertThat(client.send(GET).response().head())
                    .isEqualTo(
                            "HTTP/1.1 200 OK\r\nX-B: 2\r\nVia: 1.1 other\r\nContent-Length: 2\r\nVia: 1.1 homing-test\r\n\r\n");
        }
        assertThat(origin.connections()).isEqualTo(1);
    }

    @Test
    void whatATrustedProxySaysOfItsClientIsExtended() throws Exception {
        configs.trusted(new Cidr(InetAddress.getByName("127.0.0.0"), 8));
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send(head(
                        "GET /x HTTP/1.1",
                        "Host: h",
                        "X-Forwarded-For: 1.2.3.4",
                        "X-Forwarded-For: 5.6.7.8",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: example.org",
                        "X-Forwarded-Port: 443",
                        "Forwarded: for=1.2.3.4"))
                .response();

        assertThat(origin.conversation(0).received())
                .contains(
                        "X-Forwarded-For: 1.2.3.4, 5.6.7.8, 127.0.0.1\r\n",
                        "X-Forwarded-Proto: https\r\n",
                        "X-Forwarded-Host: example.org\r\n",
                        "X-Forwarded-Port: 443\r\n",
                        "Forwarded: for=1.2.3.4\r\n",
                        "Forwarded: for=127.0.0.1;proto=http\r\n");
    }

    @Test
    void aBackendsOwnHeadersPathAndAuthorizationTakeTheClientsPlace() throws Exception {
        configs.authorization("Bearer secret").backendPrefix("/deep").backendHeaders(Map.of("X-Rank", "3"));
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send("GET http://h/x?q HTTP/1.1\r\nHost: h\r\nauthorization: Bearer own\r\nx-rank: 9\r\n\r\n")
                .response();

        assertThat(origin.conversation(0).received())
                .startsWith("GET /deep/x?q HTTP/1.1\r\n")
                .contains("X-Rank: 3\r\n", "Authorization: Bearer secret\r\n")
                .doesNotContain("own", "x-rank");
    }

    @Test
    void theSessionsHeaderPassesUntouchedAndDecides() throws Exception {
        configs.responseHeaders();
        RecordingOrigin one = origin(Script.answering(OK));
        RecordingOrigin two = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(one, two);
        RawClient client = client(plane);
        String request =
                "GET /x HTTP/1.1\r\nHost: h\r\nConnection: x-session-id\r\nX-Session-Id:  \u00e4\u00ff b \r\n\r\n";

        String home = client.send(request).response().header("X-Homing-Backend");
        for (int i = 0; i < 5; i++) {
            assertThat(client.send(request).response().header("X-Homing-Backend"))
                    .isEqualTo(home);
        }
        client.send(request.replace("Connection: x-session-id\r\n", "")).response();

        assertThat((one.connections() > 0 ? one : two).conversation(0).received())
                .contains("X-Session-Id: \u00e4\u00ff b\r\n");
        assertThat(one.connections() + two.connections()).isEqualTo(1);
    }
}
