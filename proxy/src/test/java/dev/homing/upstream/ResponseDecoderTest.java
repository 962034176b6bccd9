// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseDecoderTest {

    private static final String CHUNKS = "5\r\nhello\r\n0\r\n\r\n";
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS;

    private final EmbeddedBackend backend = new EmbeddedBackend();
    private final RecordingListener listener = new RecordingListener();

    static Stream<String> responses() {
        return Stream.of(
                CHUNKED,
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + CHUNKED,
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\n\r\nhello",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.0 500\r\nContent-Length: 0\r\nX:\r\n\r\n",
                "HTTP/1.1 200 \r\nContent-Length: 5\r\nX:\ty \u00e4\t\r\n\r\nhello");
    }

    @ParameterizedTest
    @MethodSource("responses")
    void everyByteBehindTheHeadPassesAsItCameWhereverItIsCut(String response) {
        String body = response.endsWith(CHUNKS) ? CHUNKS : response.endsWith("hello") ? "hello" : "";
        int interim = response.split("HTTP/1.1 1", -1).length - 1;
        for (int cut = 1; cut < response.length(); cut++) {
            EmbeddedBackend each = new EmbeddedBackend();
            RecordingListener told = new RecordingListener();
            each.connection().lease(told);
            each.says(response.substring(0, cut));
            each.says(response.substring(cut));

            assertThat(told.heads).hasSize(interim + 1).doesNotContain("bad");
            assertThat(told.body.toString()).isEqualTo(body);
            each.channel().finishAndReleaseAll();
        }
    }

    @Test
    void aResponseThatComesByteByByteIsReadAllTheSame() {
        backend.connection().lease(listener);
        for (int i = 0; i < CHUNKED.length(); i++) {
            backend.says(CHUNKED.substring(i, i + 1));
        }

        assertThat(listener.heads).containsExactly("200");
        assertThat(listener.body.toString()).isEqualTo(CHUNKS);
    }

    @ParameterizedTest
    @MethodSource("responses")
    void theNextHeadIsReadOnceItIsAwaited(String response) {
        for (int i = 0; i < 3; i++) {
            backend.connection().lease(listener);
            backend.says(response);
            backend.connection().release();
            assertThat(backend.pool().poll()).isSameAs(backend.connection());
        }

        assertThat(listener.heads.stream().filter(head -> !head.startsWith("1")))
                .hasSize(3)
                .doesNotContain("bad");
        assertThat(listener.closed).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                "HTTP/1.0 200 OK\r\nContent-Length: 5, 6\r\n\r\n",
                "HTTP/1.1 abc OK\r\n\r\n",
                "HTTP/1.1 200 OK\nX: y\n\n",
                "\r\nHTTP/1.1 200 OK\r\n\r\n",
                " HTTP/1.1 200 OK\r\n\r\n",
                "\0HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1  200 OK\r\n\r\n",
                "HTTP/1.1\t200 OK\r\n\r\n",
                "HTTP/1.1 200\tOK\r\n\r\n",
                "HTTP/1.1 +200 OK\r\n\r\n",
                "HTTP/1.1 0200 OK\r\n\r\n",
                "HTTP/1.1 \u0662\u0660\u0660 OK\r\n\r\n",
                "http/1.1 200 OK\r\n\r\n",
                "HTTP/1.01 200 OK\r\n\r\n",
                "HTTP/1.1 200 O\rK\r\n\r\n",
                "HTTP/1.1 200 O\u0001K\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX Y: z\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n",
                "HTTP/1.1 200 OK\r\n X: y\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: y\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: y\rz\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            })
    void whatIsNoHeadIsToldAsSuchWhereverItIsCut(String bytes) {
        for (int cut = 0; cut < bytes.length(); cut++) {
            EmbeddedBackend each = new EmbeddedBackend();
            RecordingListener told = new RecordingListener();
            each.connection().lease(told);
            each.says(bytes.substring(0, cut));
            each.says(bytes.substring(cut));

            assertThat(told.heads.stream().filter(head -> !head.equals("100")))
                    .as("cut at %d", cut)
                    .containsExactly("bad");
            each.channel().finishAndReleaseAll();
        }
    }

    @Test
    void aHeadIsBounded() {
        backend.connection().lease(listener);
        backend.says("HTTP/1.1 200 OK\r\nX: " + "y".repeat(1100) + "\r\n\r\n");

        assertThat(listener.heads).containsExactly("bad");
    }

    @Test
    void aHeadThatEndsWithItsConnectionIsBad() {
        backend.connection().lease(listener);
        backend.says("HTTP/1.1 200 OK\r\nX: y\r\n");
        backend.channel().close();

        assertThat(listener.heads).containsExactly("bad");
    }

    @Test
    void bytesAreHeardFromTheFirstOn() {
        backend.connection().lease(listener);
        assertThat(backend.connection().heard()).isFalse();
        backend.says("H");
        assertThat(backend.connection().heard()).isTrue();
    }
}
