// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.wire.RecordingOrigin.Script;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.0 clients, and answers without a body. */
final class VersionsTest extends WireCase {

    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n";

    @Test
    void anHttp10ClientGetsItsAnswerAndTheConnectionIsClosed() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));

        client.send("GET /x HTTP/1.0\r\n\r\n");

        assertThat(client.toEnd()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok");
        assertThat(origin.conversation(0).received()).contains("Via: 1.0 " + Configs.VIA);
    }

    @Test
    void anHttp10ClientThatAsksForItKeepsItsConnection() throws Exception {
        RawClient client = client(plane(origin(Script.answering(OK))));

        for (int i = 0; i < 3; i++) {
            RawClient.Response response = client.send("GET /x HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
                    .response();
            assertThat(response.body()).isEqualTo("ok");
            assertThat(response.header("Connection")).isEqualToIgnoringCase("keep-alive");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: keep-alive\r\n"})
    void anHttp10ClientIsSentNoChunks(String header) throws Exception {
        RawClient client = client(plane(origin(Script.answering(CHUNKED))));

        client.send("GET /x HTTP/1.0\r\n" + header + "\r\n");

        assertThat(client.toEnd())
                .endsWith("\r\n\r\nabcde")
                .contains("Connection: close")
                .doesNotContain("Transfer-Encoding");
    }

    @Test
    void aBodyThatEndsWithItsConnectionIsChunkedForAnHttp11Client() throws Exception {
        RawClient client = client(plane(origin(Script.once("HTTP/1.1 200 OK\r\n\r\nhello"))));

        for (int i = 0; i < 2; i++) {
            RawClient.Response response = client.send(GET).response();
            assertThat(response.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(response.body()).isEqualTo("5\r\nhello\r\n0\r\n\r\n");
        }
    }

    @Test
    void aBodyThatEndsWithItsConnectionDoesSoForAnHttp10Client() throws Exception {
        RawClient client = client(plane(origin(Script.once("HTTP/1.0 200 OK\r\n\r\nhello"))));

        assertThat(client.send("GET /x HTTP/1.0\r\n\r\n").toEnd()).endsWith("\r\n\r\nhello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 503 Busy\r\nContent-Length: 1000\r\n\r\n",
            })
    void anAnswerToHeadHasNoBodyAndItsConnectionsStay(String response) throws Exception {
        RecordingOrigin origin = origin(Script.answering(response));
        RawClient client = client(plane(origin));

        for (int i = 0; i < 3; i++) {
            RawClient.Response head =
                    client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n").responseToHead();
            assertThat(head.head()).startsWith(response.substring(0, 12));
            assertThat(head.header("Content-Length")).isEqualTo(response.contains("1000") ? "1000" : null);
        }
        assertThat(origin.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nETag: x\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
            })
    void anAnswerThatNeverHasABodyKeepsItsConnections(String response) throws Exception {
        RecordingOrigin origin = origin(Script.answering(response));
        RawClient client = client(plane(origin));

        for (int i = 0; i < 3; i++) {
            RawClient.Response answer = client.send(GET).response();
            assertThat(answer.head()).startsWith(response.substring(0, 12));
            if (answer.status() == 204) {
                assertThat(answer.header("Content-Length")).isNull();
            }
        }
        assertThat(origin.connections()).isEqualTo(1);
    }

    @Test
    void anErrorToHeadHasNoBody() throws Exception {
        RawClient client = client(plane(RecordingOrigin.nowhere()));

        for (int i = 0; i < 2; i++) {
            RawClient.Response response =
                    client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n").responseToHead();
            assertThat(response.status()).isEqualTo(502);
        }
    }

    @Test
    void reasonPhrasesAndHeaderBytesPassUnchanged() throws Exception {
        RecordingOrigin origin = origin(Script.answering(
                "HTTP/1.1 299 Quite Fine\r\nX-B: \u00e4\u00ff\r\nx-b: 2\r\nContent-Length: 0\r\n\r\n"));
        RawClient client = client(plane(origin));

        assertThat(client.send(GET).response().head())
                .startsWith("HTTP/1.1 299 Quite Fine\r\nX-B: \u00e4\u00ff\r\nx-b: 2\r\nContent-Length: 0\r\n");
    }
}
