// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BodyFramingTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyBodyChunkedInAnyWayAndCutAnywhereIsFollowedExactly(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            StringBuilder payload = new StringBuilder();
            StringBuilder wire = new StringBuilder();
            for (int chunk = random.nextInt(6); chunk > 0; chunk--) {
                String data = text(random, 1 + random.nextInt(random.nextBoolean() ? 20 : 700));
                payload.append(data);
                String size = Integer.toHexString(data.length());
                wire.append(
                                random.nextBoolean()
                                        ? size
                                        : "0".repeat(random.nextInt(4)) + size.toUpperCase(java.util.Locale.ROOT))
                        .append(random.nextInt(3) == 0 ? ";name=\"value\";x" : "")
                        .append("\r\n")
                        .append(data)
                        .append("\r\n");
            }
            wire.append("0\r\n")
                    .append(random.nextInt(3) == 0 ? "X-Trailer: a\r\nY: b\r\n" : "")
                    .append("\r\n");
            String excess = random.nextBoolean() ? "HTTP/1.1 200" : "";

            ChunkedBody body = new ChunkedBody();
            StringBuilder seen = new StringBuilder();
            int followed = 0;
            String all = wire + excess;
            for (int at = 0; at < all.length(); ) {
                int length = Math.min(all.length() - at, random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(200));
                ByteBuf part = Unpooled.copiedBuffer("junk" + all.substring(at, at + length), ISO_8859_1)
                        .skipBytes(4);
                followed += body.follow(part, (buf, index, run) -> seen.append(buf.toString(index, run, ISO_8859_1)));
                assertThat(part.readableBytes()).as("indices stay").isEqualTo(length);
                part.release();
                at += length;
                assertThat(body.complete()).isEqualTo(at >= wire.length());
            }
            assertThat(seen.toString()).isEqualTo(payload.toString());
            assertThat(followed).isEqualTo(wire.length());
        }
    }

    static Stream<String> broken() {
        return Stream.of(
                "-5\r\nhello\r\n",
                "+5\r\nhello\r\n",
                "0x5\r\nhello\r\n",
                " 5\r\nhello\r\n",
                "5 \r\nhello\r\n",
                "\r\nhello\r\n",
                "\n",
                ";a=b\r\n",
                "g\r\n",
                "\u0665\r\n",
                "1234567890abcdef\r\n",
                "00000000000000005\r\n",
                "5\nhello\r\n",
                "5\rhello\r\n",
                "5\r\r\nhello\r\n",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhello0\r\n\r\n",
                "5\r\nhelloX\r\n",
                "5\r\nhello\rX",
                "5\r\nhell\r\n0\r\n\r\n",
                "5;a=\nhello\r\n",
                "5;a=\0\r\nhello\r\n",
                "5;a=\u007f\r\nhello\r\n",
                "5;" + "a".repeat(257) + "\r\n",
                "0\r\nX: a\n\r\n",
                "0\r\nX: \0\r\n\r\n",
                "0\r\n\n",
                "0\r\nX\r\n\r\n",
                "0\r\nX Y: a\r\n\r\n",
                "0\r\nX: a\r\n b\r\n\r\n",
                "0\r\n: a\r\n\r\n",
                "0\r\nX\u000b: a\r\n\r\n",
                "0\r\nX\u00f2Y: a\r\n\r\n",
                "0\r\nX@: a\r\n\r\n",
                "0\r\n" + "X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(300));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void whatKeepsToNoChunkFramingIsRefusedWhereverItIsCut(String wire) {
        assertThatThrownBy(() -> follow(new ChunkedBody(), wire, wire.length())).isInstanceOf(BodyFraming.Broken.class);
        assertThatThrownBy(() -> follow(new ChunkedBody(), wire, 1)).isInstanceOf(BodyFraming.Broken.class);
    }

    @Test
    void theBoundsOfAChunkAreKeptExactly() {
        assertThat(follow(new ChunkedBody(), "000000000000005\r\nhello\r\n0\r\n\r\n", 3))
                .isEqualTo("hello");
        assertThat(follow(new ChunkedBody(), "5;" + "a".repeat(256) + "\r\nhello\r\n0\r\n\r\n", 3))
                .isEqualTo("hello");
        assertThat(follow(new ChunkedBody(), "5;\t\u00e4\r\nhello\r\n0\r\n\r\n", 3))
                .isEqualTo("hello");
        assertThat(follow(new ChunkedBody(), "0\r\nX:" + "y".repeat(8186) + "\r\n\r\n", 100))
                .isEmpty();
        assertThatThrownBy(() -> follow(new ChunkedBody(), "0\r\nX:" + "y".repeat(8187) + "\r\n\r\n", 100))
                .isInstanceOf(BodyFraming.Broken.class);
    }

    @Test
    void extensionsAreBoundedChunkByChunk() {
        String chunk = "1;" + "a".repeat(200) + "\r\nx\r\n";
        assertThat(follow(new ChunkedBody(), chunk.repeat(100) + "0\r\n\r\n", 77))
                .isEqualTo("x".repeat(100));
    }

    @Test
    void aBodyOfKnownLengthEndsThere() {
        BodyFraming framing = BodyFraming.of(response("HTTP/1.1", 200, "Content-Length", "5"), false);

        assertThat(framing.complete()).isFalse();
        assertThat(framing.follow(Unpooled.copiedBuffer("hel", ISO_8859_1), (b, i, l) -> {}))
                .isEqualTo(3);
        assertThat(framing.complete()).isFalse();
        assertThat(framing.follow(Unpooled.copiedBuffer("lo!!", ISO_8859_1), (b, i, l) -> {}))
                .isEqualTo(2);
        assertThat(framing.complete()).isTrue();
    }

    @Test
    void theFramingIsReadFromTheHead() {
        assertThat(BodyFraming.of(response("HTTP/1.1", 200), false).untilClose())
                .isTrue();
        assertThat(BodyFraming.of(response("HTTP/1.0", 200), false).untilClose())
                .isTrue();
        assertThat(BodyFraming.of(response("HTTP/1.1", 200, "Transfer-Encoding", "Chunked"), false)
                        .chunked())
                .isTrue();
        assertThat(BodyFraming.of(response("HTTP/1.1", 204), false).complete()).isTrue();
        assertThat(BodyFraming.of(response("HTTP/1.1", 304, "Content-Length", "9"), false)
                        .complete())
                .isTrue();
        assertThat(BodyFraming.of(response("HTTP/1.1", 200, "Content-Length", "9"), true)
                        .complete())
                .isTrue();
        assertThat(BodyFraming.of(response("HTTP/1.1", 200, "Content-Length", "0"), false)
                        .complete())
                .isTrue();
        assertThat(BodyFraming.of(response("HTTP/1.1", 200, "Content-Length", "999999999999999999"), false)
                        .complete())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+5", "-1", "0x5", "5_0", "1e1", "", "5 5", "5, 5", "12345678901234567890", "\u0665"})
    void aLengthThatIsNoNumberIsRefused(String length) {
        assertThatThrownBy(() -> BodyFraming.of(response("HTTP/1.1", 200, "Content-Length", length), false))
                .isInstanceOf(BodyFraming.Broken.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "identity", "xchunked", "gzip, chunked", "chunked, chunked", ""})
    void aCodingOtherThanChunkedIsRefused(String coding) {
        assertThatThrownBy(() -> BodyFraming.of(response("HTTP/1.1", 200, "Transfer-Encoding", coding), false))
                .isInstanceOf(BodyFraming.Broken.class);
    }

    @Test
    void twoFramingsInOneHeadAreRefused() {
        Stream.of(
                        response("HTTP/1.1", 200, "Content-Length", "5", "Content-Length", "5"),
                        response("HTTP/1.1", 200, "Content-Length", "5", "Transfer-Encoding", "chunked"),
                        response("HTTP/1.1", 200, "Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"),
                        response("HTTP/1.0", 200, "Transfer-Encoding", "chunked"))
                .forEach(response -> assertThatThrownBy(() -> BodyFraming.of(response, false))
                        .isInstanceOf(BodyFraming.Broken.class));
    }

    private static String follow(BodyFraming framing, String wire, int step) {
        StringBuilder seen = new StringBuilder();
        for (int at = 0; at < wire.length(); at += step) {
            ByteBuf part = Unpooled.copiedBuffer(wire.substring(at, Math.min(wire.length(), at + step)), ISO_8859_1);
            framing.follow(part, (buf, index, run) -> seen.append(buf.toString(index, run, ISO_8859_1)));
        }
        assertThat(framing.complete()).isTrue();
        return seen.toString();
    }

    private static HttpResponse response(String version, int status, String... headers) {
        HttpResponse response =
                new DefaultHttpResponse(HttpVersion.valueOf(version), HttpResponseStatus.valueOf(status));
        for (int i = 0; i < headers.length; i += 2) {
            response.headers().add(headers[i], headers[i + 1]);
        }
        return response;
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(256));
        }
        return text.toString();
    }

    @Test
    void trailersAreTakenWhereverTheyAreCut() {
        String body = "1\r\na\r\n0\r\nA: 1\r\nb:\r\nC:\t x y \r\n\r\n";
        for (int cut = 0; cut < body.length(); cut++) {
            List<String> taken = new ArrayList<>();
            PayloadSink sink = new PayloadSink() {
                @Override
                public void payload(ByteBuf wire, int index, int length) {}

                @Override
                public void trailers(List<String> fields) {
                    taken.addAll(fields);
                }
            };
            ChunkedBody framing = new ChunkedBody();

            framing.follow(Unpooled.copiedBuffer(body.substring(0, cut), ISO_8859_1), sink);
            assertThat(taken).isEmpty();
            framing.follow(Unpooled.copiedBuffer(body.substring(cut), ISO_8859_1), sink);

            assertThat(taken).containsExactly("A", "1", "b", "", "C", "x y");
            assertThat(framing.complete()).isTrue();
        }
    }
}
