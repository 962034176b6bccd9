// SPDX-License-Identifier: Apache-2.0
package dev.homing.frontend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.homing.LogLines;
import dev.homing.admission.Admission;
import dev.homing.affinity.PendingWork;
import dev.homing.affinity.SessionRouter;
import dev.homing.affinity.SessionTable;
import dev.homing.exchange.ClientInfo;
import dev.homing.exchange.Generation;
import dev.homing.exchange.LoopScope;
import dev.homing.exchange.Shared;
import dev.homing.loop.Deadlines;
import dev.homing.observe.Traces;
import dev.homing.upstream.Upstreams;
import dev.homing.wire.Configs;
import dev.homing.wire.RecordingObserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client's connection without a network: what it is asked is answered by homing itself. */
final class FrontendHandlerTest {

    private static final String DENIED = "GET /sleep HTTP/1.1\r\nHost: h\r\n\r\n";

    private final Configs configs = new Configs();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ChannelHandlerContext decoder;
    private long now;

    FrontendHandlerTest() {
        channel.freezeTime();
        RecordingObserver observer = new RecordingObserver();
        Admission admission = new Admission(() -> 0);
        Shared shared = new Shared(
                new SessionRouter(new SessionTable(10, () -> 0), slot -> 0),
                new PendingWork((slot, tokens) -> {}),
                admission,
                observer,
                (slot, outcome) -> {},
                Configs.VIA);
        Deadlines deadlines = new Deadlines(channel.eventLoop(), () -> now);
        Upstreams upstreams = new Upstreams(channel.eventLoop(), null, deadlines, observer, () -> 0);
        Generation generation = configs.generation(List.of());
        FrontendHandler handler = new FrontendHandler(
                channel,
                new LoopScope(channel.eventLoop(), deadlines, upstreams, () -> 0, Traces.NONE, shared),
                () -> generation,
                new ClientInfo(InetAddress.getLoopbackAddress(), "http"));
        channel.pipeline().addLast(new RequestDecoder(configs.limits(), handler::bytesCame), handler);
        decoder = channel.pipeline().context(RequestDecoder.class);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void whatArrivesOnADeadChannelIsReleased() {
        ByteBuf late = Unpooled.copiedBuffer("late", ISO_8859_1);
        channel.closeFuture().addListener(closed -> decoder.fireChannelRead(new DefaultHttpContent(late)));

        channel.close();

        assertThat(late.refCnt()).isZero();
    }

    @Test
    void anAnswerSaysThatTheConnectionEndsOnceDrainingHasBegun() {
        says(DENIED);
        assertThat(answer()).startsWith("HTTP/1.1 404 ").doesNotContain("Connection:");
        says(DENIED.substring(0, 9));
        channel.pipeline().fireUserEventTriggered(Farewell.DRAIN);
        assertThat(channel.isOpen()).isTrue();

        says(DENIED.substring(9));

        assertThat(answer()).startsWith("HTTP/1.1 404 ").contains("\r\nConnection: close\r\n");
    }

    @Test
    void anIdleConnectionEndsASecondAfterDrainingBegan() {
        channel.pipeline().fireUserEventTriggered(Farewell.DRAIN);

        pass(900);
        assertThat(channel.isOpen()).isTrue();
        pass(400);
        assertThat(channel.isOpen()).isFalse();
    }

    private void pass(int millis) {
        for (int i = 0; i < millis; i++) {
            now += 1_000_000;
            channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    @Test
    void aConnectionThatBreaksIsNotLogged() {
        try (LogLines log = LogLines.open()) {
            channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));

            assertThat(channel.isOpen()).isFalse();
            assertThat(log.lines(Level.WARN)).isEmpty();
        }
    }

    @Test
    void aFaultOfOurOwnIsLogged() {
        try (LogLines log = LogLines.open()) {
            channel.pipeline().fireExceptionCaught(new IllegalStateException("a bug in homing"));

            assertThat(channel.isOpen()).isFalse();
            assertThat(log.lines(Level.ERROR))
                    .containsExactly("a client's connection is closed because of a fault in homing");
        }
    }

    private void says(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, ISO_8859_1));
    }

    private String answer() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            text.append(part.toString(ISO_8859_1));
            part.release();
        }
        return text.toString();
    }
}
