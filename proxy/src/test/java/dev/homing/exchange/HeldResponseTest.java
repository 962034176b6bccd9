// SPDX-License-Identifier: Apache-2.0
package dev.homing.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HeldResponseTest {

    private static final String LOADING = "{\"error\":{\"message\":\"Loading model\",\"code\":503}}";

    @Test
    void loadingIsToldWhereverItIsCut() {
        for (int cut = 1; cut < LOADING.length(); cut++) {
            HeldResponse held = held("Content-Length", Integer.toString(LOADING.length()));
            held.add(bytes(LOADING.substring(0, cut)));
            assertThat(held.decided()).isFalse();
            held.add(bytes(LOADING.substring(cut)));
            assertThat(held.decided()).isTrue();
            assertThat(held.loading()).isTrue();
            held.release();
        }
    }

    @Test
    void chunksMayCutTheWordsApart() {
        HeldResponse held = held("Transfer-Encoding", "chunked");
        held.add(bytes("a\r\n\"Loading m\r\n"));
        held.add(bytes("5\r\nodel\"\r\n0\r\n\r\n"));

        assertThat(held.decided()).isTrue();
        assertThat(held.loading()).isTrue();
        held.release();
    }

    @Test
    void aLongOrAnotherAnswerIsDecidedAgainst() {
        HeldResponse busy = held("Content-Length", "4");
        busy.add(bytes("busy"));
        assertThat(busy.decided()).isTrue();
        assertThat(busy.loading()).isFalse();
        busy.release();

        HeldResponse endless = held("Transfer-Encoding", "chunked");
        endless.add(bytes("1000\r\n" + "x".repeat(1020)));
        assertThat(endless.decided()).isTrue();
        assertThat(endless.loading()).isFalse();
        endless.release();
    }

    @Test
    void onlyABodyThatLastsUntilTheEndIsDecidedByIt() {
        HeldResponse open = held();
        open.add(bytes(LOADING));
        assertThat(open.decided()).isFalse();
        assertThat(open.end()).isTrue();
        assertThat(open.decided()).isTrue();
        assertThat(open.loading()).isTrue();
        open.release();

        HeldResponse cut = held("Content-Length", "100");
        assertThat(cut.end()).isFalse();
        assertThat(cut.decided()).isFalse();
    }

    @Test
    void whatWasHeldIsHandedOnInOrderOrReleased() {
        HeldResponse held = held("Content-Length", "6");
        List<ByteBuf> parts = List.of(bytes("ab"), bytes("cd"), bytes("ef"));
        parts.forEach(held::add);
        List<String> seen = new ArrayList<>();
        ByteBuf first = held.poll();
        seen.add(first.toString(ISO_8859_1));
        first.release();
        held.release();

        assertThat(seen).containsExactly("ab");
        assertThat(parts).allMatch(part -> part.refCnt() == 0);
        assertThat(held.poll()).isNull();
    }

    private static HeldResponse held(String... header) {
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SERVICE_UNAVAILABLE);
        if (header.length > 0) {
            head.headers().add(header[0], header[1]);
        }
        return new HeldResponse(head, false);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, ISO_8859_1);
    }
}
