// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.admission.Waiter;
import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every request of a client has one line, whatever becomes of it. */
final class AccessLogTest extends WireCase {

    private static final String CHAT = head(
            "POST /v1/chat/completions?key=secret HTTP/1.1",
            "Host: h",
            "X-Session-Id: my-secret-session",
            "X-Request-Id: req-7",
            "traceparent: 00-a-b-01",
            "Content-Length: 5");

    @Test
    void anAnswerIsTold() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(
                head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")));

        client(plane).send(CHAT + "hello").until("0\r\n\r\n");

        JsonNode line = LoggedLines.only(plane);
        assertThat(line.get("pool").textValue()).isEqualTo("default");
        assertThat(line.get("backend").textValue()).isEqualTo("b0");
        assertThat(line.get("decision").textValue()).isEqualTo("placed");
        assertThat(line.get("session").textValue()).matches("[0-9a-f]{16}");
        assertThat(line.get("key_source").textValue()).isEqualTo("header:x-session-id");
        assertThat(line.get("method").textValue()).isEqualTo("POST");
        assertThat(line.get("path").textValue()).isEqualTo("/v1/chat/completions");
        assertThat(line.get("status").intValue()).isEqualTo(200);
        assertThat(line.get("bytes_in").intValue()).isEqualTo(5);
        assertThat(line.get("bytes_out").intValue()).as("without framing").isEqualTo(7);
        assertThat(line.get("retries").intValue()).isZero();
        assertThat(line.get("client").textValue()).isEqualTo("127.0.0.1");
        assertThat(line.get("request_id").textValue()).isEqualTo("req-7");
        assertThat(line.get("traceparent").textValue()).isEqualTo("00-a-b-01");
        assertThat(line.get("total_ms").doubleValue()).isPositive();
        assertThat(line.has("error")).isFalse();
        assertThat(line.toString()).doesNotContain("secret");
    }

    @Test
    void whatIsRefusedIsTold() throws Exception {
        configs.denied("/sleep");
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        Map<String, String> errors = Map.of(
                "GET /x HTTP/1.1\r\n\r\n",
                "400 malformed_request /x",
                "GET /x y z\r\n\r\n",
                "400 malformed_request -",
                "GET /x?s HTTP/2.0\r\nHost: h\r\n\r\n",
                "505 version_not_supported /x",
                "TRACE /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "405 method_not_allowed /x",
                "GET /sleep?s HTTP/1.1\r\nHost: h\r\n\r\n",
                "404 not_found /sleep",
                "GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: h\r\n\r\n",
                "414 request_line_too_long -",
                "GET /x HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(40_000) + "\r\n\r\n",
                "431 headers_too_large /x",
                "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999\r\n\r\n",
                "413 body_too_large /x",
                "GET /x HTTP/1.1\r\nHost: h\r\nVia: 1.1 homing-test\r\n\r\n",
                "508 loop /x");

        for (Map.Entry<String, String> error : errors.entrySet()) {
            plane.observer().lines().clear();
            client(plane).send(error.getKey()).response();

            JsonNode line = LoggedLines.only(plane);
            assertThat(line.get("status").asText() + " " + line.get("error").textValue() + " "
                            + line.path("path").asText("-"))
                    .as(error.getKey())
                    .isEqualTo(error.getValue());
            assertThat(line.get("client").textValue()).isEqualTo("127.0.0.1");
            assertThat(line.has("pool")).isFalse();
        }
    }

    @Test
    void aBackendThatCannotBeReachedIsToldWithTheRetries() throws Exception {
        PlaneUnderTest plane = plane(RecordingOrigin.nowhere(), RecordingOrigin.nowhere());

        client(plane).send(GET).response();

        JsonNode line = LoggedLines.only(plane);
        assertThat(line.get("status").intValue()).isEqualTo(502);
        assertThat(line.get("error").textValue()).isEqualTo("bad_gateway");
        assertThat(line.get("retries").intValue()).isEqualTo(1);
        assertThat(line.get("backend").textValue()).matches("b[01]");
    }

    @Test
    void anAnswerThatBreaksOffIsToldAsSuch() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.once(head("HTTP/1.1 200 OK", "Content-Length: 9") + "part")));

        client(plane).send(GET).toEnd();

        JsonNode line = LoggedLines.only(plane);
        assertThat(line.get("status").intValue()).isEqualTo(200);
        assertThat(line.get("error").textValue()).isEqualTo("answer_broken");
        assertThat(line.get("bytes_out").intValue()).isEqualTo(4);
    }

    @Test
    void aClientThatLeavesIsTold() throws Exception {
        PlaneUnderTest plane = plane(origin(conversation -> {
            conversation.request();
            conversation.drain();
        }));
        RawClient client = client(plane);
        client.send(GET);
        await().until(() -> plane.inflight(0) == 1);

        client.close();

        JsonNode line = LoggedLines.only(plane);
        assertThat(line.has("status")).isFalse();
        assertThat(line.get("error").textValue()).isEqualTo("client_gone");
    }

    @Test
    void eachRequestOfAConnectionHasItsOwn() throws Exception {
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawClient client = client(plane);

        client.send(GET + GET + GET);
        for (int i = 0; i < 3; i++) {
            client.response();
        }

        assertThat(LoggedLines.all(plane, 3))
                .allMatch(line -> line.get("status").intValue() == 200);
    }

    @Test
    void whoWaitsInVainAndWhoLeavesTheQueueIsTold() throws Exception {
        configs.maxInflight(1).queue(10, Duration.ofMillis(200));
        GatedEngine engine = opened(new GatedEngine());
        PlaneUnderTest plane = plane(engine.origin());
        RawClient working = client(plane).send(GET);
        engine.awaitAsked("/x");
        RawClient leaver = client(plane).send(GET.replace("/x", "/leaver"));
        await().until(() -> plane.waiting(Waiter.ANY) == 1);

        leaver.close();
        await().until(() -> plane.waiting(Waiter.ANY) == 0);
        client(plane).send(GET.replace("/x", "/late")).response();
        engine.answer(1);
        working.response();

        assertThat(LoggedLines.told(plane, 3))
                .containsExactly("GET /leaver - client_gone", "GET /late 503 queue_timeout", "GET /x 200 -");
        assertThat(LoggedLines.all(plane, 3))
                .extracting(line -> line.get("queue_ms").doubleValue() > 0)
                .containsExactly(true, true, false);
    }

    @Test
    void anAnswerThatFallsSilentIsToldAsSuch() throws Exception {
        configs.streamIdle(Duration.ofMillis(200));
        PlaneUnderTest plane = plane(origin(conversation -> {
            conversation.request();
            conversation.send(head("HTTP/1.1 200 OK", "Content-Length: 9") + "part");
            conversation.drain();
        }));

        client(plane).send(GET).ending();

        assertThat(LoggedLines.told(plane, 1)).containsExactly("GET /x 200 stream_idle");
    }
}
