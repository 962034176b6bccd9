// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.wire.RecordingOrigin.Script;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of which nothing goes upstream. */
final class RefusalTest extends WireCase {

    static Stream<String> ambiguous() {
        String post = "POST /x HTTP/1.1\r\nHost: h\r\n";
        return Stream.of(
                post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                post + "Content-Length: 5, 5\r\n\r\nhello",
                post + "Content-Length: +5\r\n\r\nhello",
                post + "Content-Length: -1\r\n\r\nhello",
                post + "Content-Length: 0x5\r\n\r\nhello",
                post + "Content-Length: 5_0\r\n\r\nhello",
                post + "Content-Length: 1e1\r\n\r\nhello",
                post + "Content-Length: \r\n\r\nhello",
                post + "Content-Length: 12345678901234567890\r\n\r\nhello",
                post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n",
                post + "Transfer-Encoding: \u0080chunked\r\n\r\n0\r\n\r\n",
                "POST /x HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                post + "Content-Length : 5\r\n\r\nhello",
                post + "X: a\nContent-Length: 5\r\n\r\nhello",
                post + "X: a\rContent-Length: 5\r\n\r\nhello",
                post + "X: a\0b\r\n\r\n",
                post + "X: a\r\r\n\r\n",
                post + "X: a\r\n b\r\n\r\n",
                post + "X: a\r\n\tb\r\n\r\n",
                post + "nocolon\r\n\r\n",
                post + ": empty\r\n\r\n",
                post + "X\u00e4: a\r\n\r\n",
                "GET /x HTTP/1.1\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a, b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a@b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a?b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a#b\r\n\r\n",
                "GET http://other/x HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /x#f HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /\u00e4 HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET x HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
                "G(T /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n\r\nGET /sle",
                "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("ambiguous")
    void whatCanBeReadInTwoWaysIsRefused(String request) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        RawClient.Response response = client.send(request).response();

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(client.ends()).isTrue();
        assertThat(origin.connections()).isZero();
        assertThat(client(plane).send(GET).response().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/0.9",
                "HTTP/2.0",
                "HTTP/1.9",
                "HTTP/1.01",
                "HTTP/01.1",
                "http/1.1",
                "HTTP/1",
                "HTTPS/1.1",
                "HTTP/1.1x"
            })
    void unknownVersionsAreRefused(String version) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        assertThat(client.send("GET /x " + version + "\r\nHost: h\r\n\r\n")
                        .response()
                        .status())
                .isIn(400, 505);
        assertThat(client.ends()).isTrue();
        assertThat(origin.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CONNECT h:1", "CONNECT /x", "TRACE /x"})
    void methodsThatAreNotForProxiesAreRefused(String methodAndTarget) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        RawClient.Response response =
                client.send(methodAndTarget + " HTTP/1.1\r\nHost: h\r\n\r\n").response();
        assertThat(response.status()).isEqualTo(405);
        assertThat(response.header("Allow")).contains("POST");
        assertThat(origin.connections()).isZero();
    }

    @Test
    void limitsOfTheHeadHaveStatusesOfTheirOwn() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));

        assertThat(client(plane)
                        .send("GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: h\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(414);
        assertThat(client(plane)
                        .send("GET /x HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(33_000) + "\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(431);
        assertThat(client(plane)
                        .send("GET /x HTTP/1.1\r\nHost: h\r\n" + "X: y\r\n".repeat(100) + "\r\n")
                        .response()
                        .status())
                .isEqualTo(431);
        assertThat(client(plane)
                        .send("GET /x HTTP/1.1\r\nHost: h\r\n" + "X: y\r\n".repeat(99) + "\r\n")
                        .response()
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-5\r\nhello\r\n",
                "+5\r\nhello\r\n",
                "0x5\r\nhello\r\n",
                "\r\nhello\r\n",
                "10000000000000005\r\nhello\r\n",
                "00000000000000005\r\nhello\r\n",
                "100000005\r\nhello\r\n",
                " 5\r\nhello\r\n",
                "5\nhello\r\n",
                "5\r\nhello\n0\n\n",
                "5\r\nhellooo\r\n",
                "5\r\nhel\r\n0\r\n\r\n",
                "5;a=\0\r\nhello\r\n",
            })
    void aChunkThatIsNoneAbortsTheRequest(String chunk) throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        client.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        org.awaitility.Awaitility.await()
                .until(() -> origin.conversation(0).received().endsWith("abc\r\n"));
        RawClient.Response response = client.send(chunk + "0\r\n\r\n").response();

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.header("Connection")).isEqualTo("close");
        assertThat(client.ends()).isTrue();
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        assertThat(origin.conversation(0).received()).doesNotContain("\r\n0\r\n");
        plane.awaitQuiet();
        assertThat(plane.outcomes()).isEmpty();
    }

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
    @ValueSource(strings = {"/sleepy", "/x/sleep", "/%2573leep", "/a%00b", "/a/../b"})
    void otherPathsPassByteForByte(String target) throws Exception {
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

    @Test
    void aLoopEndsInA508() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        assertThat(client.send("GET /x HTTP/1.1\r\nHost: h\r\nVia: 1.0 a, 1.1 " + Configs.VIA + " (x)\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(508);
        assertThat(client.send("GET /x HTTP/1.1\r\nHost: h\r\nVia: 1.1 " + Configs.VIA + "-2\r\n\r\n")
                        .response()
                        .status())
                .isEqualTo(200);
    }
}
