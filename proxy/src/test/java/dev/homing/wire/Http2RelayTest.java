// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.observe.ProxyObserver.AbortPhase;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import dev.homing.wire.RecordingOrigin.Script;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 towards clients, with prior knowledge: what backends see of it, and what clients get. */
final class Http2RelayTest extends WireCase {

    private RawHttp2 http2(PlaneUnderTest plane) throws Exception {
        return opened(RawHttp2.to(plane.address())).greeted();
    }

    @Test
    void aBackendSeesAnHttp1Request() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawHttp2 client = http2(plane(origin));

        int id = client.post("/x?q=1", "hello", "cookie", "a=1", "x-b", "2", "cookie", "b=2", "te", "trailers");

        assertThat(client.answer(id).status()).isEqualTo(200);
        assertThat(client.answer(id).body()).isEqualTo("ok");
        assertThat(origin.conversation(0).received())
                .isEqualTo("POST /x?q=1 HTTP/1.1\r\nHost: 127.0.0.1:"
                        + origin.address().getPort()
                        + "\r\nx-b: 2\r\ncookie: a=1; b=2\r\nTE: trailers\r\nConnection: TE\r\nTransfer-Encoding: chunked\r\n"
                        + "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n"
                        + "Via: 2.0 homing-test\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    }

    @Test
    void anAnnouncedLengthIsKeptAndAMissingBodyIsSaid() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawHttp2 client = http2(plane(origin));

        client.answer(client.post("/a", "hello", "content-length", "5"));
        client.answer(client.request(RawHttp2.head("POST", "/b")));
        client.answer(client.get("/c"));

        assertThat(origin.conversation(0).received().split("(?=POST|GET)", -1))
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith("POST /a ")
                                .contains("content-length: 5\r\n")
                                .doesNotContain("chunked")
                                .endsWith("\r\n\r\nhello"),
                        second -> assertThat(second)
                                .startsWith("POST /b ")
                                .contains("content-length: 0\r\n")
                                .endsWith("\r\n\r\n"),
                        third -> assertThat(third).startsWith("GET /c ").doesNotContainIgnoringCase("content-length"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 10\r\n\r\nhellohello",
                "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n",
                "Connection: close\r\n\r\nhellohello"
            })
    void anAnswerIsTheSameHoweverItsBackendDelimitsIt(String answer) throws Exception {
        RecordingOrigin origin = origin(Script.once("HTTP/1.1 200 OK\r\nX-A: 1\r\nKeep-Alive: x\r\n" + answer));
        RawHttp2 client = http2(plane(origin));

        RawHttp2.Stream stream = client.answer(client.get("/x"));

        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.body()).isEqualTo("hellohello");
        assertThat(stream.head())
                .containsEntry("x-a", "1")
                .containsEntry("via", "1.1 homing-test")
                .doesNotContainKeys("transfer-encoding", "connection", "keep-alive");
        assertThat(stream.reset()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5\r\nhello\r\n", ""})
    void trailersComeBehindTheBodyWithoutWhatCannotStandThere(String chunks) throws Exception {
        RecordingOrigin origin =
                origin(Script.answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
                        + "0\r\nServer-Timing: a;dur=1\r\nX-B:  two \r\nContent-Length: 3\r\nSet-Cookie: a=b\r\n\r\n"));
        RawHttp2 client = http2(plane(origin));

        for (int i = 0; i < 2; i++) {
            RawHttp2.Stream stream = client.answer(client.get("/x"));

            assertThat(stream.body()).isEqualTo(chunks.isEmpty() ? "" : "hello");
            assertThat(stream.heads()).hasSize(2);
            assertThat(stream.heads().get(1))
                    .containsExactlyInAnyOrderEntriesOf(Map.of("server-timing", "a;dur=1", "x-b", "two"));
            assertThat(stream.reset()).isNull();
        }
        assertThat(origin.connections()).isEqualTo(1);
    }

    @Test
    void trailersOfWhichNoneMayStandBehindTheBodyAreLeftOut() throws Exception {
        RecordingOrigin origin = origin(Script.answering(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nContent-Length: 3\r\n\r\n"));
        RawHttp2 client = http2(plane(origin));

        RawHttp2.Stream stream = client.answer(client.get("/x"));

        assertThat(stream.heads()).hasSize(1);
        assertThat(stream.body()).isEqualTo("ok");
    }

    @Test
    void whatHasNoBodyEndsWithItsHead() throws Exception {
        Map<String, String> answers = Map.of(
                "/head", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                "/204", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
                "/304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                "/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        RecordingOrigin origin = origin(conversation -> {
            for (var request = conversation.request(); request != null; request = conversation.request()) {
                conversation.send(String.valueOf(answers.get(request.head().split(" ", 3)[1])));
            }
        });
        RawHttp2 client = http2(plane(origin));

        RawHttp2.Stream head = client.answer(client.request(RawHttp2.head("HEAD", "/head")));
        RawHttp2.Stream none = client.answer(client.get("/204"));
        RawHttp2.Stream same = client.answer(client.get("/304"));
        RawHttp2.Stream empty = client.answer(client.get("/empty"));

        assertThat(head.head()).containsEntry("content-length", "5");
        assertThat(none.head()).containsEntry(":status", "204").doesNotContainKey("content-length");
        assertThat(same.head()).containsEntry(":status", "304").containsEntry("content-length", "5");
        assertThat(empty.head()).containsEntry("content-length", "0");
        assertThat(client.frames()).doesNotContain(RawHttp2.DATA);
    }

    @Test
    void aClientThatWaitsForAWordGetsItAndOtherInterimAnswersEndHere() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            String head = String.valueOf(conversation.head());
            conversation.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
            conversation.body(head);
            conversation.send(OK);
            conversation.drain();
        });
        RawHttp2 client = http2(plane(origin));

        int id = client.begin(RawHttp2.head("POST", "/x", "expect", "100-continue", "content-length", "5"));
        await().until(() -> client.stream(id).heads().size() == 1);
        client.data(id, "hello", true);

        assertThat(client.answer(id).status()).isEqualTo(200);
        assertThat(client.stream(id).heads())
                .extracting(head -> head.get(":status"))
                .containsExactly("100", "200");
    }

    @Test
    void trailersOfARequestEndHere() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawHttp2 client = http2(plane(origin));

        int id = client.begin(RawHttp2.head("POST", "/x"));
        client.data(id, "hello", false);
        client.frame(
                RawHttp2.HEADERS,
                RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
                id,
                RawHttp2.block("authorization", "x", "x-session-id", "other", "host", "evil"));

        assertThat(client.answer(id).status()).isEqualTo(200);
        assertThat(origin.conversation(0).received())
                .endsWith("5\r\nhello\r\n0\r\n\r\n")
                .doesNotContain("authorization", "evil", "other");
    }

    @Test
    void eachStreamIsRoutedByItsOwnSession() throws Exception {
        configs.responseHeaders();
        RecordingOrigin one = origin(Script.answering(OK));
        RecordingOrigin two = origin(Script.answering(OK));
        RawHttp2 client = http2(plane(one, two));
        Map<String, String> homes = new HashMap<>();

        for (int turn = 0; turn < 3; turn++) {
            Map<String, Integer> streams = new HashMap<>();
            for (int session = 0; session < 8; session++) {
                streams.put("s" + session, client.get("/x", "x-session-id", "s" + session));
            }
            streams.forEach((session, id) -> {
                String home = String.valueOf(client.answer(id).head().get("x-homing-backend"));
                assertThat(homes.getOrDefault(session, home)).isEqualTo(home);
                homes.put(session, home);
            });
        }

        assertThat(homes.values()).contains("b0", "b1");
    }

    @Test
    void streamsOfOneConnectionDoNotWaitForEachOther() throws Exception {
        RecordingOrigin origin = origins(number -> conversation -> {
            conversation.request();
            if (number > 0) {
                conversation.send(OK);
            }
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);

        int slow = client.get("/slow");
        await().until(() -> origin.connections() == 1);
        int fast = client.get("/fast");

        assertThat(client.answer(fast).body()).isEqualTo("ok");
        assertThat(client.stream(slow).heads()).isEmpty();
        assertThat(plane.observer().connections(Side.CLIENT, ConnectionState.ACTIVE))
                .isEqualTo(1);
        client.reset(slow, RawHttp2.CANCEL);
        await().until(() -> plane.observer().connections(Side.CLIENT, ConnectionState.IDLE) == 1);
        assertThat(plane.observer().connections(Side.CLIENT, ConnectionState.ACTIVE))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset", "leave"})
    void aClientThatDoesNotWantItsAnswerFreesTheBackendAtOnce(String how) throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(client.get("/x"));
        }
        await().until(() -> ids.stream().allMatch(id -> client.stream(id).body().equals("hello")));

        if (how.equals("reset")) {
            for (int id : ids) {
                client.reset(id, RawHttp2.CANCEL);
            }
        } else {
            client.close();
        }

        for (int i = 0; i < 3; i++) {
            assertThat(origin.conversation(i).isOver(1000)).isTrue();
        }
        plane.awaitQuiet();
        assertThat(plane.observer().aborts()).containsExactly(AbortPhase.STREAM, AbortPhase.STREAM, AbortPhase.STREAM);
        assertThat(plane.outcomes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 10\r\n\r\nhello",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n-5\r\n"
            })
    void anAnswerThatBreaksIsResetAndNeverEnds(String answer) throws Exception {
        RecordingOrigin origin = origins(number -> Script.once(number == 0 ? "HTTP/1.1 200 OK\r\n" + answer : OK));
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);

        int id = client.get("/x");

        assertThat(client.resetOf(id)).isEqualTo(RawHttp2.INTERNAL_ERROR);
        assertThat(client.stream(id).ended()).isFalse();
        assertThat(client.answer(client.get("/y")).body()).isEqualTo("ok");
    }

    @Test
    void ourOwnErrorsHaveTheShapeOfTheApiAndLeaveTheConnectionUsable() throws Exception {
        configs.routedBelow("/only");
        RecordingOrigin origin = origin(Script.answering(OK));
        RawHttp2 client = http2(plane(origin));

        RawHttp2.Stream missing = client.answer(client.post("/v1/messages", "x".repeat(10_000)));
        RawHttp2.Stream head = client.answer(client.request(RawHttp2.head("HEAD", "/no")));

        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.head())
                .containsEntry("content-type", "application/json")
                .containsEntry("content-length", Integer.toString(missing.length()));
        assertThat(missing.body()).startsWith("{\"type\":\"error\"");
        assertThat(head.status()).isEqualTo(404);
        assertThat(head.body()).isEmpty();
        assertThat(client.answer(client.get("/only/this")).body()).isEqualTo("ok");
    }

    @Test
    void anUploadThatIsNotWantedIsToldToStop() throws Exception {
        configs.body(1000);
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);

        int id = client.begin(RawHttp2.head("POST", "/x", "content-length", "2000"));

        assertThat(client.answer(id).status()).isEqualTo(413);
        assertThat(client.resetOf(id)).isZero();
        // What was under way is nobody's fault.
        client.data(id, "x".repeat(1000), false).data(id, "x".repeat(1000), true);
        assertThat(client.answer(client.get("/y")).body()).isEqualTo("ok");
        assertThat(client.goodbyes()).isEmpty();
        assertThat(plane.observer().rejections()).containsExactly("body_too_large");
    }

    @Test
    void theSameListenerSpeaksHttp1HoweverItsFirstBytesComeApart() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);

        for (String request :
                List.of(GET, GET.replace("GET", "P"), GET.replace("GET", "PRI"), GET.replace("GET /x", "PRI *"))) {
            RawClient client = client(plane);
            for (byte b : request.getBytes(java.nio.charset.StandardCharsets.US_ASCII)) {
                client.send(new byte[] {b});
            }
            assertThat(client.response().head()).startsWith("HTTP/1.1 ");
        }
    }

    @Test
    void aPrefaceMayComeByteByByte() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = opened(RawHttp2.silent(plane.address(), 0));

        for (byte b : RawHttp2.PREFACE.getBytes(java.nio.charset.StandardCharsets.US_ASCII)) {
            client.raw(new byte[] {b});
        }
        for (byte b : RawHttp2.encode(RawHttp2.SETTINGS, 0, 0, new byte[0])) {
            client.raw(new byte[] {b});
        }

        assertThat(client.answer(client.get("/x")).body()).isEqualTo("ok");
    }
}
