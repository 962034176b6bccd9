// SPDX-License-Identifier: Apache-2.0
package dev.homing.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.homing.LogLines;
import dev.homing.loop.Deadlines;
import dev.homing.observe.ProxyObserver.ConnectionState;
import dev.homing.observe.ProxyObserver.Side;
import dev.homing.wire.RecordingObserver;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UpstreamConnectionTest {

    private static final String EMPTY = "HTTP/1.1 204 No Content\r\n\r\n";

    private final RecordingObserver observer = new RecordingObserver();
    private final EmbeddedBackend backend = new EmbeddedBackend(observer);
    private final RecordingListener listener = new RecordingListener();

    @Test
    void aConnectionIsCountedOnceWhateverHappensToIt() {
        assertThat(active()).isEqualTo(1);
        backend.connection().lease(listener);
        assertThat(active()).isEqualTo(1);
        backend.connection().release();
        assertThat(active()).isZero();
        assertThat(idle()).isEqualTo(1);
        backend.pool().poll();
        backend.connection().lease(listener);
        assertThat(active()).isEqualTo(1);
        assertThat(idle()).isZero();
        backend.connection().close();
        assertThat(active()).isZero();
        assertThat(idle()).isZero();
        backend.connection().release();
        assertThat(active()).isZero();
        assertThat(backend.pool().poll()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "uvicorn, text/event-stream; charset=utf-8, 1",
        "llama.cpp, text/event-stream, 1",
        "uvicorn, application/json, 0",
        "nginx/1.22.1, text/event-stream, 0",
        ", text/event-stream, 0",
        "uvicorn, , 0",
    })
    void acknowledgementsWaitWhereTheSenderOfTokensDoesNot(@Nullable String server, @Nullable String type, int times) {
        String head = "HTTP/1.1 200 OK\r\n"
                + (server == null ? "" : "Server: " + server + "\r\n")
                + (type == null ? "" : "Content-Type: " + type + "\r\n")
                + "Content-Length: 0\r\n\r\n";
        for (int answers = 0; answers < 2; answers++) {
            backend.lease(listener);
            backend.says(head);
            backend.connection().release();
        }

        assertThat(backend.acksDelayed()).isEqualTo(times);
    }

    @Test
    void anIdleConnectionThatTheBackendEndsLeavesItsPool() {
        backend.connection().lease(listener);
        backend.connection().release();
        backend.channel().close();

        assertThat(backend.pool().poll()).isNull();
        assertThat(idle()).isZero();
        assertThat(listener.closed).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"H", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "\r\n"})
    void bytesBehindAResponseThatHasNoBodyKeepItOutOfThePool(String excess) {
        listener.onHead = () -> backend.connection().release();
        backend.connection().lease(listener);
        backend.says(EMPTY + excess);

        assertThat(listener.heads).containsExactly("204");
        assertThat(listener.body).isEmpty();
        assertThat(backend.pool().poll()).isNull();
        assertThat(backend.channel().isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"H", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "\r\n"})
    void bytesThatNobodyAskedForEndAnIdleConnection(String unasked) {
        listener.onHead = () -> backend.connection().release();
        backend.connection().lease(listener);
        backend.says(EMPTY);
        assertThat(backend.channel().isOpen()).isTrue();

        backend.says(unasked);

        assertThat(backend.channel().isOpen()).isFalse();
        assertThat(listener.heads).containsExactly("204");
        assertThat(idle()).isZero();
    }

    @Test
    void requestBytesThatTheBackendHasNotTakenKeepItOutOfThePool() {
        backend.connection().lease(listener);
        backend.connection().write(Unpooled.copiedBuffer("rest", ISO_8859_1));
        backend.connection().release();

        assertThat(backend.channel().isOpen()).isFalse();
        assertThat(backend.pool().poll()).isNull();
    }

    @Test
    void theConnectionUsedLastIsTakenFirstAndARetiredPoolKeepsNone() {
        ConnectionPool pool = EmbeddedBackend.pool(new Deadlines(new EmbeddedChannel().eventLoop(), () -> 0));
        EmbeddedBackend first = new EmbeddedBackend(observer, pool);
        EmbeddedBackend second = new EmbeddedBackend(observer, pool);
        EmbeddedBackend third = new EmbeddedBackend(observer, pool);
        for (EmbeddedBackend each : new EmbeddedBackend[] {first, second, third}) {
            each.connection().lease(listener);
        }
        first.connection().release();
        second.connection().release();

        assertThat(pool.poll()).isSameAs(second.connection());
        second.connection().lease(listener);
        pool.retire();
        assertThat(first.channel().isOpen()).isFalse();
        assertThat(second.channel().isOpen()).isTrue();
        third.connection().release();
        assertThat(third.channel().isOpen()).isFalse();
        assertThat(pool.poll()).isNull();
    }

    static Stream<Throwable> breakages() {
        return Stream.of(new IOException("Connection reset by peer"), new DecoderException("not a TLS record"));
    }

    @ParameterizedTest
    @MethodSource("breakages")
    void aConnectionThatBreaksIsToldToItsExchangeAndNotLogged(Throwable breakage) {
        backend.connection().lease(listener);
        try (LogLines log = LogLines.open()) {
            backend.channel().pipeline().fireExceptionCaught(breakage);

            assertThat(log.lines(Level.WARN)).isEmpty();
        }
        assertThat(backend.channel().isOpen()).isFalse();
        assertThat(listener.closed).isEqualTo(1);
        assertThat(listener.cause).isSameAs(breakage);
    }

    @Test
    void whatCouldNotBeWrittenAnyMoreIsNotWhyItEnded() {
        backend.connection().lease(listener);
        backend.connection().write(Unpooled.copiedBuffer("too late", ISO_8859_1));

        backend.channel().close();

        assertThat(listener.closed).isEqualTo(1);
        assertThat(listener.cause).isNull();
    }

    @Test
    void aFaultOfOurOwnIsLoggedAsWell() {
        IllegalStateException bug = new IllegalStateException("a bug in homing");
        backend.connection().lease(listener);
        try (LogLines log = LogLines.open()) {
            backend.channel().pipeline().fireExceptionCaught(bug);

            assertThat(log.lines(Level.WARN))
                    .containsExactly("a backend's connection is closed because of a fault in homing");
        }
        assertThat(backend.channel().isOpen()).isFalse();
        assertThat(listener.closed).isEqualTo(1);
        assertThat(listener.cause).isSameAs(bug);
    }

    private int active() {
        return observer.connections(Side.UPSTREAM, ConnectionState.ACTIVE);
    }

    private int idle() {
        return observer.connections(Side.UPSTREAM, ConnectionState.IDLE);
    }
}
