// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.upstream.EmbeddedBackend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestBodyTest {

    private static final int PEEK = 64 * 1024;

    private final PooledByteBufAllocator alloc = new PooledByteBufAllocator(false);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void whatIsSentAgainIsWhatCameWhateverThePartsSizesAndWheneverConnectionsBreak(int seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            RequestBody body = new RequestBody(alloc, head(false), PEEK);
            List<ByteBuf> parts = new ArrayList<>();
            StringBuilder all = new StringBuilder();
            String sent = "";
            EmbeddedBackend backend = null;
            while (all.length() < 40_000) {
                if (random.nextInt(4) == 0) {
                    body.detach();
                    backend = null;
                    sent = "";
                } else if (backend == null && random.nextBoolean()) {
                    backend = new EmbeddedBackend();
                    body.sendTo(backend.connection());
                }
                String text = text(random, random.nextBoolean() ? random.nextInt(50) : random.nextInt(6000));
                all.append(text);
                ByteBuf part = Unpooled.copiedBuffer(text, ISO_8859_1);
                parts.add(part);
                body.add(part);
                if (backend != null) {
                    sent += backend.written();
                    assertThat(sent).isEqualTo(all.toString());
                }
            }
            body.end();
            body.detach();
            EmbeddedBackend last = new EmbeddedBackend();
            body.sendTo(last.connection());
            assertThat(last.written()).isEqualTo(all.toString());
            assertThat(body.repeatable()).isTrue();
            assertThat(body.received()).isEqualTo(all.length());
            body.forget();

            assertThat(body.repeatable()).isFalse();
            assertThat(parts).allMatch(part -> part.refCnt() == 0);
        }
    }

    @Test
    void aChunkedBodyIsFramedAnewAndEndsOnce() {
        RequestBody body = new RequestBody(alloc, head(true), PEEK);
        EmbeddedBackend backend = new EmbeddedBackend();
        body.add(bytes("hello"));
        body.sendTo(backend.connection());
        body.add(bytes(""));
        body.add(bytes("0123456789abcdefg"));
        body.end();

        assertThat(backend.written()).isEqualTo("5\r\nhello\r\n11\r\n0123456789abcdefg\r\n0\r\n\r\n");
        EmbeddedBackend again = new EmbeddedBackend();
        body.detach();
        body.sendTo(again.connection());
        assertThat(again.written()).isEqualTo("16\r\nhello0123456789abcdefg\r\n0\r\n\r\n");
        body.forget();
    }

    @Test
    void anEndAfterItsConnectionIsGoneIsSentNowhere() {
        RequestBody body = new RequestBody(alloc, head(true), PEEK);
        EmbeddedBackend backend = new EmbeddedBackend();
        body.sendTo(backend.connection());
        body.add(bytes("a"));
        body.detach();
        body.end();

        assertThat(backend.written()).isEqualTo("1\r\na\r\n");
        body.forget();
    }

    @Test
    void aBodyIsKeptUpToTheLimitExactly() {
        RequestBody body = new RequestBody(alloc, head(false), 10);
        EmbeddedBackend backend = new EmbeddedBackend();
        body.sendTo(backend.connection());
        body.add(bytes("0123456789"));
        assertThat(body.repeatable()).isTrue();

        ByteBuf beyond = bytes("x");
        body.add(beyond);

        assertThat(body.repeatable()).isFalse();
        assertThat(backend.written()).isEqualTo("0123456789x");
        assertThat(beyond.refCnt()).isZero();
    }

    @Test
    void withoutAConnectionItIsFullAtTheLimit() {
        RequestBody body = new RequestBody(alloc, head(false), 10);
        body.add(bytes("012345678"));
        assertThat(body.wanted()).isTrue();
        body.add(bytes("9"));
        assertThat(body.wanted()).isFalse();
        body.add(bytes("beyond"));
        EmbeddedBackend backend = new EmbeddedBackend();
        body.sendTo(backend.connection());

        assertThat(body.wanted()).isTrue();
        assertThat(backend.written()).isEqualTo("0123456789beyond");
        assertThat(body.repeatable()).isFalse();
    }

    @Test
    void partsOfOneByteCostLittleMoreThanTheirBytes() {
        PooledByteBufAllocator counting = new PooledByteBufAllocator(false);
        RequestBody body = new RequestBody(counting, head(false), PEEK);
        for (int i = 0; i < PEEK; i++) {
            body.add(bytes("x"));
        }

        long pinned = counting.pinnedHeapMemory();
        assertThat(pinned).as("bytes of buffers held").isBetween((long) PEEK, PEEK * 2L);
        body.forget();
        assertThat(counting.pinnedHeapMemory()).isZero();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, ISO_8859_1);
    }

    private static RequestHead head(boolean chunked) {
        DefaultHttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1/completions");
        return new RequestHead(
                request, request.uri(), "h", chunked, new ClientInfo(InetAddress.getLoopbackAddress(), "http"));
    }

    private static String text(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(256));
        }
        return text.toString();
    }
}
