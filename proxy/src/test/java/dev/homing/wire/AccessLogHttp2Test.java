// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Every stream has one line, whatever becomes of it. */
final class AccessLogHttp2Test extends WireCase {

    private RawHttp2 http2(PlaneUnderTest plane) throws Exception {
        return opened(RawHttp2.to(plane.address())).greeted();
    }

    @Test
    void aStreamIsToldAsAnyRequestIs() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(
                head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")));
        RawHttp2 client = http2(plane);

        client.answer(
                client.post("/v1/chat/completions?key=secret", "hello", "x-session-id", "s", "x-request-id", "7"));

        JsonNode line = LoggedLines.only(plane);
        assertThat(line.get("backend").textValue()).isEqualTo("b0");
        assertThat(line.get("session").textValue()).matches("[0-9a-f]{16}");
        assertThat(line.get("method").textValue()).isEqualTo("POST");
        assertThat(line.get("path").textValue()).isEqualTo("/v1/chat/completions");
        assertThat(line.get("status").intValue()).isEqualTo(200);
        assertThat(line.get("bytes_in").intValue()).isEqualTo(5);
        assertThat(line.get("bytes_out").intValue()).isEqualTo(7);
        assertThat(line.get("client").textValue()).isEqualTo("127.0.0.1");
        assertThat(line.get("request_id").textValue()).isEqualTo("7");
        assertThat(line.has("error")).isFalse();
    }

    @Test
    void streamsAtOnceHaveALineEach() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawHttp2 client = http2(plane);

        int first = client.get("/1");
        int second = client.get("/2");
        int third = client.get("/3");
        client.answer(first);
        client.answer(second);
        client.answer(third);

        assertThat(LoggedLines.told(plane, 3))
                .containsExactlyInAnyOrder("GET /1 200 -", "GET /2 200 -", "GET /3 200 -");
    }

    @Test
    void whatIsRefusedIsTold() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawHttp2 client = http2(plane);

        client.answer(client.request(RawHttp2.head("TRACE", "/trace")));
        client.answer(Http2HostileTest.send(client, RawHttp2.head("GET", "/large", "x", "y".repeat(40 * 1024))));
        client.answer(client.get("/passed", "via", "1.1 homing-test"));

        assertThat(LoggedLines.told(plane, 3))
                .containsExactly(
                        "TRACE /trace 405 method_not_allowed",
                        "GET /large 431 headers_too_large",
                        "GET /passed 508 loop");
    }

    @Test
    void whatIsTooLargeToBeKeptIsToldWithoutItsHead() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawHttp2 client = http2(plane);
        int id = Http2HostileTest.send(client, RawHttp2.head("GET", "/x", "x", "y".repeat(100 * 1024)));

        assertThat(client.answer(id).status()).isEqualTo(431);

        assertThat(LoggedLines.told(plane, 1)).containsExactly("- - 431 headers_too_large");
    }

    @Test
    void streamsThatAreResetOrEndWithTheirConnectionAreLeft() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);
        int reset = client.get("/reset");
        client.get("/ended");
        await().until(() -> plane.inflight(0) == 2);

        client.reset(reset, RawHttp2.CANCEL);
        await().until(() -> plane.inflight(0) == 1);
        client.close();

        assertThat(LoggedLines.told(plane, 2)).containsExactly("GET /reset - client_gone", "GET /ended - client_gone");
    }

    @Test
    void aRequestThatBreaksARuleInItsMiddleHasOneLine() throws Exception {
        configs.requestBody(Duration.ofSeconds(30));
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);
        int id = client.begin(RawHttp2.head("POST", "/x"));
        client.data(id, "hello", false);
        await().until(() ->
                origin.connections() == 1 && origin.conversation(0).received().endsWith("hello\r\n"));

        client.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, id, RawHttp2.block(":path", "/y"));
        client.resetOf(id);

        assertThat(LoggedLines.told(plane, 1)).containsExactly("POST /x 400 malformed_request");
        assertThat(LoggedLines.only(plane).get("bytes_in").intValue()).isEqualTo(5);
    }

    @Test
    void aHeadThatBreaksTheRulesIsToldWithoutIt() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawHttp2 client = http2(plane);

        client.resetOf(
                client.request(":method", "GET", ":scheme", "http", ":authority", "h", ":path", "/x", ":bad", "x"));

        assertThat(LoggedLines.told(plane, 1)).containsExactly("- - 400 malformed_request");
    }
}
