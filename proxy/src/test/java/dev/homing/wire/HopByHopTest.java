// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.homing.config.Cidr;
import dev.homing.wire.RecordingOrigin.Script;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments.ArgumentSet;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers that end at this hop, and those that say who has handled a message: one at a time, beside {@link HeadersTest}. */
final class HopByHopTest extends HostileCase {

    static Stream<ArgumentSet> ending() {
        return Stream.of(
                argumentSet("Connection: X-A in a request", "Connection: X-A\r\nX-A: 1", ""),
                argumentSet(
                        "Connection on two lines in a request",
                        "Connection: X-A\r\nConnection: x-b\r\nX-A: 1\r\nX-B: 2",
                        ""),
                argumentSet("Connection: X-Session-Id", "Connection: X-Session-Id\r\nX-Session-Id: s", ""),
                argumentSet("Connection: host", "Connection: host", ""),
                argumentSet(
                        "Connection: x-forwarded-for", "Connection: x-forwarded-for\r\nX-Forwarded-For: 6.6.6.6", ""),
                argumentSet("Connection: via", "Connection: via", ""),
                argumentSet("Keep-Alive in a request", "Keep-Alive: timeout=5", ""),
                argumentSet("Proxy-Connection", "Proxy-Connection: keep-alive", ""),
                argumentSet("Proxy-Authorization", "Proxy-Authorization: Basic x", ""),
                argumentSet("TE: gzip", "TE: gzip", ""),
                argumentSet("TE: gzip, trailers", "TE: gzip, trailers", "TE: trailers\r\nConnection: TE"),
                argumentSet("TE: trailers", "TE: trailers", "TE: trailers\r\nConnection: TE"),
                argumentSet(
                        "Upgrade: h2c",
                        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk",
                        ""),
                argumentSet("X-Forwarded-For of a stranger", "X-Forwarded-For: 6.6.6.6", ""),
                argumentSet("X-Forwarded-Proto of a stranger", "X-Forwarded-Proto: https", ""),
                argumentSet("X-Forwarded-Host of a stranger", "X-Forwarded-Host: evil", ""),
                argumentSet("Forwarded of a stranger", "Forwarded: for=6.6.6.6", ""),
                argumentSet("X-Conversation-Id", "X-Conversation-Id: c", ""),
                argumentSet("Via of an earlier proxy", "Via: 1.1 other", "Via: 1.1 other"));
    }

    @ParameterizedTest
    @MethodSource("ending")
    void whatEndsHereIsNotSentOnAndWhatHomingAddsStays(String headers, String passing) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        assertThat(client.send("GET /x HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n\r\n")
                        .response()
                        .body())
                .isEqualTo("ok");
        assertThat(client.send(GET).response().body()).isEqualTo("ok");

        String first = passing.isEmpty() ? sent(origin, "GET /x HTTP/1.1") : sent(origin, "GET /x HTTP/1.1", passing);
        assertThat(origin.conversation(0).received()).isEqualTo(first + sent(origin, "GET /x HTTP/1.1"));
        assertThat(plane.observer().keySources().get(0))
                .isEqualTo(headers.contains("X-Session-Id: s") ? "header:x-session-id" : "none");
    }

    @Test
    void aContentLengthThatConnectionNamesFramesTheBodyAllTheSame() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        String body = "GET /y HTTP/1.1\r\nHost: h\r\nX: y\r";

        client.send(head("POST /x HTTP/1.1", "Host: h", "Connection: content-length", "Content-Length: 31")
                        + body
                        + GET)
                .response();
        assertThat(client.response().body()).isEqualTo("ok");

        assertThat(origin.conversation(0).received())
                .isEqualTo(sent(origin, "POST /x HTTP/1.1", "Content-Length: 31")
                        + body
                        + sent(origin, "GET /x HTTP/1.1"));
    }

    @Test
    void aTransferEncodingThatConnectionNamesFramesTheBodyAllTheSame() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        String body = "3\r\nabc\r\n0\r\n\r\n";

        client.send(head("POST /x HTTP/1.1", "Host: h", "Connection: transfer-encoding", "Transfer-Encoding: chunked")
                        + body)
                .response();

        assertThat(origin.conversation(0).received())
                .isEqualTo(sent(origin, "POST /x HTTP/1.1", "Transfer-Encoding: chunked") + body);
    }

    static Stream<ArgumentSet> trusted() {
        return Stream.of(
                argumentSet(
                        "X-Forwarded-For of a trusted proxy",
                        "X-Forwarded-For: 1.2.3.4",
                        "X-Forwarded-For: 1.2.3.4, 127.0.0.1"),
                argumentSet(
                        "X-Forwarded-For of a trusted proxy, on two lines",
                        "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 5.6.7.8",
                        "X-Forwarded-For: 1.2.3.4, 5.6.7.8, 127.0.0.1"),
                argumentSet(
                        "X-Forwarded-Proto of a trusted proxy", "X-Forwarded-Proto: https", "X-Forwarded-Proto: https"),
                argumentSet(
                        "X-Forwarded-Host of a trusted proxy",
                        "X-Forwarded-Host: example.org",
                        "X-Forwarded-Host: example.org"),
                argumentSet(
                        "Forwarded of a trusted proxy",
                        "Forwarded: for=1.2.3.4",
                        "Forwarded: for=1.2.3.4\r\nForwarded: for=127.0.0.1;proto=http"));
    }

    @ParameterizedTest
    @MethodSource("trusted")
    void whatATrustedProxySaysIsExtended(String headers, String lines) throws Exception {
        configs.trusted(new Cidr(InetAddress.getByName("127.0.0.0"), 8));
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send("GET /x HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n\r\n").response();

        String name = headers.substring(0, headers.indexOf(':') + 1);
        assertThat(origin.conversation(0)
                        .received()
                        .lines()
                        .filter(line -> line.startsWith(name))
                        .toList())
                .isEqualTo(List.of(lines.split("\r\n", -1)));
    }

    @Test
    void whichHeadersAreNotSentToBackendsIsConfigured() throws Exception {
        configs.stripped("X-Other");
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send("GET /x HTTP/1.1\r\nHost: h\r\nX-Conversation-Id: c\r\nx-other: o\r\n\r\n")
                .response();

        assertThat(origin.conversation(0).received())
                .isEqualTo(sent(origin, "GET /x HTTP/1.1", "X-Conversation-Id: c"));
    }

    static Stream<ArgumentSet> loops() {
        return Stream.of(
                argumentSet("a loop over this proxy alone", "1.1 " + Configs.VIA),
                argumentSet("a loop over others", "1.0 a, 1.1 " + Configs.VIA + " (x), 1.1 b"));
    }

    @ParameterizedTest
    @MethodSource("loops")
    void aLoopEndsInA508(String via) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        assertThat(client.send("GET /x HTTP/1.1\r\nHost: h\r\nVia: " + via + "\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(508);
        assertThat(origin.connections()).isZero();
        assertThat(plane.observer().rejections()).containsExactly("loop");
        assertThat(client.send("GET /x HTTP/1.1\r\nHost: h\r\nVia: 1.1 " + Configs.VIA + "-2\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(200);
    }

    static Stream<ArgumentSet> endingInResponses() {
        return Stream.of(
                argumentSet("Connection: X-A in a response", "Connection: X-A\r\nX-A: 1"),
                argumentSet("Connection: content-length in a response", "Connection: content-length"),
                argumentSet("Connection: via in a response", "Connection: via"),
                argumentSet("Keep-Alive in a response", "Keep-Alive: timeout=5"),
                argumentSet("Proxy-Connection in a response", "Proxy-Connection: keep-alive"),
                argumentSet("Proxy-Authenticate in a response", "Proxy-Authenticate: Basic"),
                argumentSet("Upgrade in a response", "Connection: Upgrade\r\nUpgrade: h2c"));
    }

    @ParameterizedTest
    @MethodSource("endingInResponses")
    void whatEndsHereIsNotHandedToTheClient(String headers) throws Exception {
        RecordingOrigin origin =
                origin(Script.answering("HTTP/1.1 200 OK\r\n" + headers + "\r\nContent-Length: 2\r\n\r\nok"));
        RawClient client = client(plane(origin));

        for (int i = 0; i < 2; i++) {
            RawClient.Response response = client.send(GET).response();
            assertThat(response.head())
                    .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nVia: 1.1 " + Configs.VIA + "\r\n\r\n");
            assertThat(response.body()).isEqualTo("ok");
        }
        assertThat(origin.connections()).isEqualTo(1);
    }
}
