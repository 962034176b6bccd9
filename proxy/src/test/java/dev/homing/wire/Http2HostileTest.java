// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.wire.RecordingOrigin.Script;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 requests that break the rules: reset or refused, nothing of them upstream, and the other streams go on. */
final class Http2HostileTest extends WireCase {

    private RawHttp2 http2(PlaneUnderTest plane) throws Exception {
        return opened(RawHttp2.to(plane.address())).greeted();
    }

    static Stream<List<String>> malformed() {
        return Stream.of(
                fields("connection", "close"),
                fields("transfer-encoding", "chunked"),
                fields("keep-alive", "timeout=5"),
                fields("proxy-connection", "x"),
                fields("upgrade", "h2c"),
                fields("te", "gzip"),
                fields("te", "trailers, gzip"),
                fields("X-Upper", "1"),
                fields("x a", "1"),
                fields("x:a", "1"),
                fields("x\ra", "1"),
                fields("", "1"),
                fields("x-\u00e4", "1"),
                fields("x", "a\rb"),
                fields("x", "a\nb"),
                fields("x", "a\r\nHost: evil"),
                fields("x", "a\0b"),
                fields("x", "a\u007fb"),
                fields("x", " a"),
                fields("x", "a\t"),
                fields("content-length", "5", "content-length", "5"),
                fields("content-length", "5", "content-length", "6"),
                fields("content-length", "5, 5"),
                fields("content-length", "+5"),
                fields("content-length", "-1"),
                fields("content-length", "0x5"),
                fields("content-length", "5_0"),
                fields("content-length", ""),
                fields("content-length", "99999999999999999999"),
                fields(":path", "/y"),
                fields(":method", "GET"),
                fields(":scheme", "http"),
                fields(":authority", "h"),
                fields(":status", "200"),
                fields(":protocol", "websocket"),
                fields(":unknown", "x"),
                fields("x", "1", ":path", "/late"),
                List.of(":method", "GET", ":scheme", "http", ":authority", "h"),
                List.of(":method", "GET", ":authority", "h", ":path", "/x"),
                List.of(":scheme", "http", ":authority", "h", ":path", "/x"),
                List.of(":method", "GET", ":scheme", "http", ":authority", "h", ":path", ""),
                List.of(":method", "G T", ":scheme", "http", ":authority", "h", ":path", "/x"),
                List.of(":method", "GET / HTTP/1.1\r\nx: ", ":scheme", "http", ":authority", "h", ":path", "/x"),
                List.of(":method", "", ":scheme", "http", ":authority", "h", ":path", "/x"),
                List.of(":method", "GET", ":scheme", "http://evil/?", ":authority", "h", ":path", "/x"),
                List.of(":method", "GET", ":scheme", "http", ":authority", "h", ":path", "/x HTTP/1.1\r\nx: y"),
                List.of(":method", "GET", ":scheme", "http", ":authority", "h\r\nx: y", ":path", "/x"),
                List.of("x", "1", ":method", "GET", ":scheme", "http", ":authority", "h", ":path", "/x"));
    }

    private static List<String> fields(String... fields) {
        return Arrays.asList(RawHttp2.head("GET", "/x", fields));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aRequestThatBreaksTheRulesIsReset(List<String> fields) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);

        int bad = client.begin(fields.toArray(String[]::new));
        client.data(bad, "x".repeat(100), true);

        assertThat(client.resetOf(bad)).isEqualTo(RawHttp2.PROTOCOL_ERROR);
        assertThat(client.stream(bad).heads()).isEmpty();
        assertThat(client.answer(client.get("/good")).body()).isEqualTo("ok");
        assertThat(client.goodbyes()).isEmpty();
        assertThat(origin.conversation(0).received()).startsWith("GET /good ").doesNotContain("evil");
        assertThat(plane.observer().rejections()).containsExactly("malformed_request");
    }

    static Stream<Object[]> refused() {
        return Stream.of(
                refusal(400, fields("host", "other")),
                refusal(400, fields("host", "h", "host", "other")),
                refusal(400, List.of(":method", "GET", ":scheme", "http", ":path", "/x")),
                refusal(400, List.of(":method", "GET", ":scheme", "http", ":path", "/x", "host", "a", "host", "b")),
                refusal(400, List.of(":method", "GET", ":scheme", "http", ":authority", "", ":path", "/x")),
                refusal(400, List.of(":method", "GET", ":scheme", "http", ":authority", "u@h", ":path", "/x")),
                refusal(400, List.of(":method", "GET", ":scheme", "http", ":authority", "h/x", ":path", "/x")),
                refusal(400, List.of(":method", "GET", ":scheme", "http", ":authority", "a, b", ":path", "/x")),
                refusal(400, Arrays.asList(RawHttp2.head("GET", "x"))),
                refusal(400, Arrays.asList(RawHttp2.head("GET", "*"))),
                refusal(400, Arrays.asList(RawHttp2.head("GET", "http://h/x"))),
                refusal(400, Arrays.asList(RawHttp2.head("GET", "/x#y"))),
                refusal(400, Arrays.asList(RawHttp2.head("GET", "/x y"))),
                refusal(400, Arrays.asList(RawHttp2.head("GET", "/\u00e4"))),
                refusal(405, Arrays.asList(RawHttp2.head("TRACE", "/x"))),
                refusal(405, Arrays.asList(RawHttp2.head("CONNECT", "/x"))),
                refusal(405, List.of(":method", "CONNECT", ":authority", "h:443")),
                refusal(417, fields("expect", "x")),
                refusal(414, Arrays.asList(RawHttp2.head("GET", "/" + "x".repeat(8 * 1024)))),
                refusal(431, fields("x", "y".repeat(32 * 1024))),
                refusal(431, fields("x", "y".repeat(60 * 1024))),
                refusal(431, Arrays.asList(many(101))),
                refusal(404, Arrays.asList(RawHttp2.head("GET", "/sleep"))),
                refusal(404, Arrays.asList(RawHttp2.head("GET", "/x/%2e%2e/sleep"))),
                refusal(508, fields("via", "1.1 " + Configs.VIA)));
    }

    private static Object[] refusal(int status, List<String> fields) {
        return new Object[] {status, fields};
    }

    private static String[] many(int count) {
        String[] fields = new String[2 * count];
        Arrays.fill(fields, "x");
        return RawHttp2.head("GET", "/x", fields);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aRequestThatIsRefusedIsToldWhyAndLeavesTheConnectionUsable(int status, List<String> fields) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);

        int bad = send(client, fields.toArray(String[]::new));

        assertThat(client.answer(bad).status()).isEqualTo(status);
        assertThat(client.stream(bad).body()).contains("\"error\"");
        assertThat(client.answer(client.get("/good")).body()).isEqualTo("ok");
        assertThat(client.goodbyes()).isEmpty();
        assertThat(origin.conversation(0).received()).startsWith("GET /good ");
        assertThat(plane.observer().rejections()).hasSize(1);
    }

    /** A request whose block may not fit in one frame. */
    static int send(RawHttp2 client, String... fields) throws IOException {
        byte[] block = RawHttp2.block(fields);
        int id = client.open();
        int size = 16 * 1024;
        for (int at = 0; at < block.length; at += size) {
            int end = Math.min(block.length, at + size);
            client.frame(
                    at == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
                    (at == 0 ? RawHttp2.END_STREAM : 0) | (end == block.length ? RawHttp2.END_HEADERS : 0),
                    id,
                    Arrays.copyOfRange(block, at, end));
        }
        return id;
    }

    @Test
    void aHundredHeadersAndAHostLikeTheAuthorityPass() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawHttp2 client = http2(plane(origin));

        assertThat(client.answer(client.request(many(100))).status()).isEqualTo(200);
        assertThat(client.answer(client.get("/x", "host", "H")).status()).isEqualTo(200);
        assertThat(client.answer(client.request(":method", "GET", ":scheme", "https", ":path", "/x", "host", "h:80"))
                        .status())
                .isEqualTo(200);
        assertThat(client.answer(client.request(RawHttp2.head("OPTIONS", "*"))).status())
                .isEqualTo(200);
        assertThat(origin.conversation(0).received()).contains("X-Forwarded-Host: h:80\r\n", "OPTIONS * HTTP/1.1\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "6", "0"})
    void aBodyUnlikeItsLengthIsResetAndAbortsTheRequest(String length) throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            String head = String.valueOf(conversation.head());
            if (head.startsWith("GET")) {
                conversation.send(OK);
            }
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);

        int id = client.begin(RawHttp2.head("POST", "/x", "content-length", length));
        await().until(() -> origin.conversation(0).received().endsWith("\r\n\r\n"));
        client.data(id, "hello", true);

        assertThat(client.resetOf(id)).isEqualTo(RawHttp2.PROTOCOL_ERROR);
        assertThat(origin.conversation(0).isOver(1000)).isTrue();
        assertThat(client.answer(client.get("/good")).body()).isEqualTo("ok");
        plane.awaitQuiet();
        assertThat(plane.outcomes()).isEmpty();
        assertThat(plane.observer().rejections()).containsExactly("malformed_request");
    }

    @Test
    void trailersWithPseudoHeadersAreReset() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);

        int id = client.begin(RawHttp2.head("POST", "/x"));
        client.data(id, "hello", false);
        await().until(() -> origin.conversation(0).received().endsWith("hello\r\n"));
        client.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, id, RawHttp2.block(":path", "/y"));

        assertThat(client.resetOf(id)).isEqualTo(RawHttp2.PROTOCOL_ERROR);
        assertThat(origin.conversation(0).isOver(1000)).isTrue();
        assertThat(origin.conversation(0).received()).doesNotEndWith("0\r\n\r\n");
    }

    /** Its own fault, not a backend's. */
    @ParameterizedTest
    @ValueSource(ints = {RawHttp2.DATA, RawHttp2.HEADERS})
    void aFaultInTheMiddleOfAnAnswerResetsWithTheClientsError(int type) throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);
        int id = client.get("/x");
        await().until(() -> client.stream(id).body().equals("hello"));

        client.frame(type, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, id, RawHttp2.block("x", "more"));

        assertThat(client.resetOf(id)).isEqualTo(RawHttp2.STREAM_CLOSED);
        assertThat(origin.conversation(0).isOver(1000)).isTrue();
        plane.awaitQuiet();
        assertThat(plane.outcomes()).isEmpty();
    }

    @Test
    void moreStreamsThanAreAllowedAreRefusedAndTheirBodiesHarmNobody() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);
        List<Integer> ids = new ArrayList<>();

        for (int i = 0; i < 110; i++) {
            ids.add(client.post("/x", "hello"));
        }

        for (int id : ids.subList(100, 110)) {
            assertThat(client.resetOf(id)).isEqualTo(RawHttp2.REFUSED_STREAM);
        }
        await().until(() -> origin.connections() == 100);
        assertThat(client.goodbyes()).isEmpty();
        for (int id : ids.subList(0, 100)) {
            assertThat(client.stream(id).reset()).isNull();
            client.reset(id, RawHttp2.CANCEL);
        }
        plane.awaitQuiet();
        assertThat(origin.connections()).isEqualTo(100);
    }

    // ---- floods

    /** Sends the same again and again, until homing has had enough. */
    private static void flood(RawHttp2 client, Flood flood) throws Exception {
        try {
            for (int i = 0; i < 20_000 && client.goodbyes().isEmpty() && !client.over(); i++) {
                flood.send();
            }
        } catch (IOException e) {
            // It has.
        }
        assertThat(client.goAway().error()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
    }

    private interface Flood {
        void send() throws IOException;
    }

    private void endsFor(PlaneUnderTest plane, RawHttp2 client) throws Exception {
        assertThat(client.ends()).isTrue();
        client.close();
        plane.awaitQuiet();
        assertThat(plane.observer().rejections()).contains("http2_flood");
        RawHttp2 next = http2(plane);
        assertThat(next.answer(next.get("/good")).body()).isEqualTo("ok");
    }

    private RecordingOrigin answeringGood() {
        return origin(conversation -> {
            for (String head = conversation.head(); head != null; head = conversation.head()) {
                if (head.startsWith("GET /good ")) {
                    conversation.send(OK);
                }
            }
        });
    }

    @Test
    void aRapidResetEndsTheConnectionAndTheBackendSeesABoundedNumber() throws Exception {
        RecordingOrigin origin = answeringGood();
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);

        flood(client, () -> client.reset(client.get("/x"), RawHttp2.CANCEL));

        assertThat(origin.connections()).isLessThan(260);
        endsFor(plane, client);
    }

    @ParameterizedTest
    @ValueSource(strings = {"window of nothing", "window overflow", "data after the end", "priority on itself"})
    void makingHomingResetEndsTheConnectionAndTheBackendSeesABoundedNumber(String how) throws Exception {
        RecordingOrigin origin = answeringGood();
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);

        flood(client, () -> {
            int id = client.get("/x");
            switch (how) {
                case "window of nothing" -> client.openWindow(id, 0);
                case "window overflow" -> client.openWindow(id, Integer.MAX_VALUE);
                case "data after the end" -> client.data(id, "x", false);
                default -> client.frame(RawHttp2.PRIORITY, 0, id, new byte[] {0, 0, (byte) (id >> 8), (byte) id, 1});
            }
        });

        assertThat(origin.connections()).isLessThan(260);
        endsFor(plane, client);
    }

    @Test
    void floodsOfFramesThatBringNothingForwardEndTheConnection() throws Exception {
        RecordingOrigin origin = answeringGood();
        PlaneUnderTest plane = plane(origin);
        List<byte[]> floods = List.of(
                RawHttp2.encode(RawHttp2.PING, 0, 0, new byte[8]),
                RawHttp2.encode(RawHttp2.PING, RawHttp2.ACK, 0, new byte[8]),
                RawHttp2.encode(RawHttp2.SETTINGS, 0, 0, new byte[0]),
                RawHttp2.encode(RawHttp2.PRIORITY, 0, 1, new byte[] {0, 0, 0, 0, 1}),
                RawHttp2.encode(RawHttp2.DATA, 0, 1, new byte[0]),
                RawHttp2.encode(250, 0, 1, new byte[1]));

        for (byte[] frame : floods) {
            RawHttp2 client = http2(plane);
            client.begin(RawHttp2.head("POST", "/x"));
            flood(client, () -> client.raw(frame));
            assertThat(client.ends()).isTrue();
            client.close();
        }

        plane.awaitQuiet();
        assertThat(plane.observer().rejections()).hasSize(floods.size()).containsOnly("http2_flood");
        RawHttp2 next = http2(plane);
        assertThat(next.answer(next.get("/good")).body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100})
    void aFloodOfContinuationsEndsTheConnection(int size) throws Exception {
        RecordingOrigin origin = answeringGood();
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);
        int id = client.open();
        client.frame(RawHttp2.HEADERS, 0, id, RawHttp2.block(RawHttp2.head("GET", "/x")));
        byte[] block = new byte[size];
        byte[] frame = RawHttp2.encode(RawHttp2.CONTINUATION, 0, id, block);

        flood(client, () -> client.raw(frame));

        endsFor(plane, client);
        assertThat(origin.connections()).isEqualTo(1);
    }

    @Test
    void aHeaderBlockWithoutEndEndsTheConnection() throws Exception {
        RecordingOrigin origin = answeringGood();
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);
        int id = client.open();
        client.frame(RawHttp2.HEADERS, 0, id, RawHttp2.block(RawHttp2.head("GET", "/x")));
        byte[] frame = RawHttp2.encode(RawHttp2.CONTINUATION, 0, id, new byte[16 * 1024]);

        try {
            for (int i = 0; i < 1000 && client.goodbyes().isEmpty(); i++) {
                client.raw(frame);
            }
        } catch (IOException e) {
            // It has had enough.
        }

        assertThat(client.goAway().error()).isNotZero();
        assertThat(client.ends()).isTrue();
    }

    /** One field in the table, named a hundred thousand times: 4 KB each. */
    @Test
    void aHeaderBlockThatUnpacksToMegabytesIsRefused() throws Exception {
        RecordingOrigin origin = answeringGood();
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(RawHttp2.block(RawHttp2.head("GET", "/x")));
        byte[] field = RawHttp2.block("x", "y".repeat(4000));
        field[0] = 0x40;
        block.writeBytes(field);
        for (int i = 0; i < 10_000; i++) {
            block.write(0x80 | 62);
        }
        int id = client.open();

        client.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, id, block.toByteArray());

        assertThat(client.answer(id).status()).isEqualTo(431);
        assertThat(client.answer(client.get("/good")).body()).isEqualTo("ok");
    }

    @Test
    void aFrameThatIsNoneEndsTheConnection() throws Exception {
        RecordingOrigin origin = answeringGood();
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);
        int running = client.get("/x");
        await().until(() -> origin.connections() == 1);

        client.frame(RawHttp2.DATA, 0, 0, new byte[1]);

        assertThat(client.goAway()).isEqualTo(new RawHttp2.GoAway(running, RawHttp2.PROTOCOL_ERROR));
        assertThat(client.ends()).isTrue();
        assertThat(origin.conversation(0).isOver(1000)).isTrue();
        plane.awaitQuiet();
        assertThat(plane.observer().rejections()).containsExactly("http2_protocol_error");
    }
}
