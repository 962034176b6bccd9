// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.app.RunningHoming;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The JDK's WebSocket client, through homing to backends that say again what they hear. */
final class WebSocketTest {

    private static final int REPLICAS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<EchoSockets> replicas = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private RunningHoming homing;
    private Operator operator;

    @BeforeEach
    void start() throws IOException {
        StringBuilder yaml = new StringBuilder("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nbackends:\n");
        for (int i = 0; i < REPLICAS; i++) {
            replicas.add(EchoSockets.start());
            yaml.append("  - {id: gpu-" + i + ", url: \"" + replicas.get(i).url() + "\"}\n");
        }
        homing = RunningHoming.start(yaml.toString());
        operator = new Operator(homing.operators());
        operator.awaitReady(200);
    }

    @AfterEach
    void stop() throws IOException {
        homing.close();
        for (EchoSockets replica : replicas) {
            replica.close();
        }
    }

    @Test
    void messagesPassBothWaysAndACloseIsAnswered() throws Exception {
        Heard heard = new Heard();
        WebSocket socket = connect("talk", heard);
        byte[] audio = new byte[1 << 20];
        new Random(5).nextBytes(audio);

        socket.sendText("Where do pigeons go?", true).join();
        socket.sendBinary(ByteBuffer.wrap(audio), true).join();
        socket.sendPing(ByteBuffer.wrap(new byte[] {7})).join();

        assertThat(heard.next()).isEqualTo("Where do pigeons go?");
        assertThat(heard.next()).isEqualTo(ByteBuffer.wrap(audio));
        assertThat(heard.next()).isEqualTo("pong 7");
        assertThat(inflight()).isEqualTo(1);
        socket.sendClose(4001, "home").join();
        assertThat(heard.next()).isEqualTo("close 4001 home");
        // Behind the close both sides end the connection, and either may be the first (RFC 6455 section 7.1.1).
        await().atMost(PATIENCE)
                .until(() -> operator.metrics().count("homing_requests_total", "decision=placed", "status=1xx")
                                + operator.metrics()
                                        .count("homing_requests_total", "decision=placed", "status=client_gone")
                        == 1);
        assertThat(inflight()).isZero();
        assertThat(operator.metrics().count("homing_request_seconds_count", "decision=placed"))
                .isEqualTo(1);
    }

    @Test
    void everySocketOfASessionGoesToOneReplica() throws Exception {
        for (int turn = 0; turn < 3; turn++) {
            for (int session = 0; session < 6; session++) {
                connect("s-" + session, new Heard()).abort();
            }
        }

        for (int session = 0; session < 6; session++) {
            String line = "X-Session-Id: s-" + session + "\r\n";
            assertThat(replicas.stream()
                            .map(replica -> replica.handshakes().stream()
                                    .filter(head -> head.contains(line))
                                    .count())
                            .filter(count -> count > 0))
                    .containsExactly(3L);
        }
        await().atMost(PATIENCE)
                .until(() -> operator.metrics().count("homing_client_aborts_total", "phase=stream") == 18);
        assertThat(operator.metrics().count("homing_affinity_decisions_total", "decision=pinned"))
                .isEqualTo(12);
        assertThat(inflight()).isZero();
    }

    @Test
    void aPathWhereNobodySpeaksItIsAnsweredAsUsual() {
        try {
            http.newWebSocketBuilder()
                    .connectTimeout(PATIENCE)
                    .buildAsync(address("/v1/models"), new Heard())
                    .join();
            throw new AssertionError("a socket where there is none");
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(WebSocketHandshakeException.class);
            assertThat(((WebSocketHandshakeException) e.getCause())
                            .getResponse()
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private WebSocket connect(String session, Heard heard) {
        return http.newWebSocketBuilder()
                .connectTimeout(PATIENCE)
                .header("X-Session-Id", session)
                .buildAsync(address("/v1/realtime"), heard)
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private URI address(String path) {
        return URI.create("ws" + homing.clients().toString().substring("http".length()))
                .resolve(path);
    }

    private long inflight() {
        return operator.metrics().count("homing_inflight");
    }

    /** What a client heard, message by message. */
    private static final class Heard implements WebSocket.Listener {

        private final BlockingQueue<Object> messages = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final ByteBuffer bytes = ByteBuffer.allocate(1 << 20);

        Object next() throws InterruptedException {
            Object message = messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return message == null ? "nothing" : message;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                messages.add(text.toString());
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
            bytes.put(part);
            if (last) {
                messages.add(bytes.flip());
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer payload) {
            messages.add("pong " + payload.get(0));
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            messages.add("close " + code + " " + reason);
            return null;
        }
    }
}
