// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.wire.Configs;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestDecoderTest {

    private static final String GET = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";

    private static final String CHUNKED = "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /x HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\n\r\n",
                "GET /x HTTP/1.1\r\n folded: at once\r\nHost: h\r\n\r\n",
                "\r\nGET /x HTTP/1.1\r\nHost: h\r\n \r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
            })
    void aFoldedLineIsRefusedWhereverItIsCut(String request) {
        for (int cut = 1; cut < request.length(); cut++) {
            List<String> seen = decoded(GET, request.substring(0, cut), request.substring(cut));
            assertThat(seen).as("cut at %d", cut).startsWith("GET /x").hasSize(3);
            assertThat(seen.get(2)).isEqualTo("bad");
        }
        assertThat(decoded(GET + request + GET)).containsExactly("GET /x", "end", "bad");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " GET /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "\0GET /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "\rGET /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "\r\n\n\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /x\r HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\nX: a\u0001b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\nX: a\u007f\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\n\r\r\n",
            })
    void aByteThatHasNoPlaceInAHeadIsRefusedWhereverItIsCut(String request) {
        for (int cut = 1; cut < request.length(); cut++) {
            List<String> seen = decoded(GET, request.substring(0, cut), request.substring(cut));
            assertThat(seen).as("cut at %d", cut).startsWith("GET /x").hasSize(3);
            assertThat(seen.get(2)).isEqualTo("bad");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n\r\n \r\n\r\n\t\r\n x",
                "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n\r\n \r\n\r\n3\r\n\n b\r\n0\r\n\r\n",
                "\r\n\r\nPOST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n ",
            })
    void bodiesThatLookFoldedAreNot(String request) {
        for (int cut = 0; cut <= request.length(); cut++) {
            List<String> seen = decoded(request.substring(0, cut), request.substring(cut) + GET);
            assertThat(seen).as("cut at %d", cut).doesNotContain("bad").endsWith("end", "GET /x", "end");
            assertThat(seen).startsWith("POST /x");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000000000005\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello\r\n00000000000000003\r\nabc\r\n0\r\n\r\n",
                "5;a=\"b\"\r\n0\r\n0\n\r\n00000000000000003;a\r\nabc\r\n0\r\n\r\n",
                "5\r\nhello\r\n00000000000000000\r\n\r\n",
                "80000000\r\nhello\r\n0\r\n\r\n",
                "110000005\r\nhello\r\n0\r\n\r\n",
                "7ffffffffffffff5\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello\r\nFFFFFFFFFFFFFFFE\r\nabc\r\n0\r\n\r\n",
                "1\r\n\n\r\n\r\n0\r\n\r\n",
            })
    void aChunkSizeOfTooManyDigitsTooLargeOrNoneIsRefusedWhereverItIsCut(String chunks) {
        String request = CHUNKED + chunks;
        for (int cut = 0; cut <= request.length(); cut++) {
            List<String> seen = decoded(request.substring(0, cut), request.substring(cut) + GET);
            assertThat(seen).as("cut at %d", cut).startsWith("POST /x").endsWith("broken");
        }
    }

    @Test
    void extensionsOfABodyAreBoundedBeyondWhatSmallChunksNeed() {
        String small = "1;abcdefghijk\r\nx\r\n"; // 15 bytes of framing, of which chunk and data are worth 18
        String large = "1;" + "a".repeat(1020) + "\r\nx\r\n"; // 1024, of which 1006 count
        assertThat(decoded(CHUNKED + small.repeat(10_000) + "0\r\n\r\n" + GET)).endsWith("end", "GET /x", "end");
        assertThat(decoded(CHUNKED + large.repeat(16) + "0\r\n\r\n" + GET)).endsWith("end", "GET /x", "end");
        assertThat(decoded(CHUNKED + large.repeat(17) + "0\r\n\r\n" + GET)).endsWith("broken");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000005\r\nhello\r\n0\r\n\r\n",
                "16\r\n000000000000000000000\n\r\n0000000000000000\r\n\r\n",
                "5;a=00000000000000000000\r\nhello\r\n1 ;b\r\nx\r\n0;c\r\n00000000000000000000: x\r\n\r\n",
                "1B\r\n000000000000000000000000000\r\n0\r\n\r\n",
            })
    void dataExtensionsAndTrailersThatLookLikeLongSizesAreNot(String chunks) {
        String request = CHUNKED + chunks;
        for (int cut = 0; cut <= request.length(); cut++) {
            List<String> seen = decoded(request.substring(0, cut), request.substring(cut) + request + GET);
            assertThat(seen).as("cut at %d", cut).doesNotContain("broken").endsWith("end", "GET /x", "end");
            assertThat(seen.stream().filter("POST /x"::equals)).hasSize(2);
        }
    }

    @Test
    void pipelinedRequestsAreReadOneByOne() {
        assertThat(decoded(GET + GET + GET)).containsExactly("GET /x", "end", "GET /x", "end", "GET /x", "end");
        String[] bytes = (GET + GET).split("(?<=.)", -1);
        assertThat(decoded(bytes)).containsExactly("GET /x", "end", "GET /x", "end");
    }

    @Test
    void theVersionIsReadAsItIsWritten() {
        assertThat(decoded("GET /x http/1.1\r\nHost: h\r\n\r\n")).containsExactly("bad");
        assertThat(decoded("GET /x HTTP/1.0\r\n\r\n")).containsExactly("GET /x", "end");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET  /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET\t/x HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET\u000b /x HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /x\u000cHTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /x HTTP/1.1 \r\nHost: h\r\n\r\n",
                "GET /x HTTP/1.1 x\r\nHost: h\r\n\r\n",
                "GET /x\r\nHost: h\r\n\r\n",
                "GET\r\nHost: h\r\n\r\n",
            })
    void aRequestLineThatIsNotLaidOutAsTheGrammarSaysIsRefusedWhereverItIsCut(String request) {
        for (int cut = 0; cut < request.length(); cut++) {
            assertThat(decoded(GET, request.substring(0, cut), request.substring(cut)))
                    .as("cut at %d", cut)
                    .containsExactly("GET /x", "end", "bad");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.0", "HTTP/1.1"})
    void ofSeveralLengthsNoneIsTaken(String version) {
        for (String lengths : List.of("2\r\nContent-Length: 5", "5\r\nX: y\r\ncontent-length: 5", "2, 5", "5,5")) {
            assertThat(decoded("POST /x " + version + "\r\nHost: h\r\nContent-Length: " + lengths + "\r\n\r\nhello"))
                    .as(lengths)
                    .containsExactly("bad");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0\r\nContent-Length: 3\rX: y\r\n\r\n",
                "0\r\nContent-Length: 3\nX: y\r\n\r\n",
                "0\r\nTrailer: \r\r\n\r\n",
                "0\r\nX: y\r\n\n",
                "0\r\nX: y\r\n z\r\n\r\n",
                "0\r\n X: y\r\n\r\n",
                "0\r\nX: \u0000\r\n\r\n",
                "5\nhello\r\n0\r\n\r\n",
                "5;a\rb\r\nhello\r\n0\r\n\r\n",
            })
    void aLineBetweenChunksOrBehindThemThatIsNotWholeIsRefusedWhereverItIsCut(String chunks) {
        String request = CHUNKED + chunks;
        for (int cut = 0; cut <= request.length(); cut++) {
            assertThat(decoded(request.substring(0, cut), request.substring(cut) + GET))
                    .as("cut at %d", cut)
                    .startsWith("POST /x")
                    .endsWith("broken")
                    .doesNotContain("end");
        }
    }

    @Test
    void onlyBytesOfAHeadCount() {
        int[] came = new int[1];
        EmbeddedChannel channel = new EmbeddedChannel(new RequestDecoder(new Configs().limits(), () -> came[0]++));

        channel.writeInbound(Unpooled.copiedBuffer("\r\n\r\n", ISO_8859_1));
        assertThat(came[0]).isZero();
        channel.writeInbound(Unpooled.copiedBuffer("P", ISO_8859_1));
        assertThat(came[0]).isPositive();
        channel.writeInbound(
                Unpooled.copiedBuffer("OST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n", ISO_8859_1));
        int head = came[0];
        channel.writeInbound(Unpooled.copiedBuffer("hello", ISO_8859_1));
        assertThat(came[0]).isEqualTo(head);
        channel.finishAndReleaseAll();
    }

    @Test
    void aLargeBodyIsHandedOnInParts() {
        List<String> seen =
                decoded("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" + "x".repeat(200_000));

        assertThat(seen).hasSizeBetween(4, 6);
    }

    private static List<String> decoded(String... parts) {
        EmbeddedChannel channel = new EmbeddedChannel(new RequestDecoder(new Configs().limits(), () -> {}));
        for (String part : parts) {
            channel.writeInbound(Unpooled.copiedBuffer(part, ISO_8859_1));
        }
        List<String> seen = new ArrayList<>();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof HttpRequest request) {
                seen.add(request.decoderResult().isFailure() ? "bad" : request.method() + " " + request.uri());
            } else {
                HttpContent content = (HttpContent) message;
                if (content.content().isReadable()) {
                    seen.add("content");
                }
                if (content instanceof LastHttpContent) {
                    seen.add(content.decoderResult().isFailure() ? "broken" : "end");
                }
                content.release();
            }
        }
        channel.finishAndReleaseAll();
        return seen;
    }
}
