// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.exchange.ApiKeys;
import dev.homing.health.Outcome;
import dev.homing.observe.ProxyObserver.RetryReason;
import dev.homing.wire.RecordingOrigin.Script;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask for another protocol, what the backend is asked, and what of its answer is believed. */
final class UpgradeTest extends WireCase {

    /** A handshake, RFC 6455 section 1.3. */
    static final String HANDSHAKE = handshake("/v1/realtime");

    /** The answer to it. */
    static final String SWITCHED = head(
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

    private static final int FLOOD = 64 << 20;

    /** Bytes of buffers beyond which what is held is not bounded; kernel buffers are not among them. */
    private static final long FLAT = 12L << 20;

    static String handshake(String path, String... more) {
        return head(
                "GET " + path + " HTTP/1.1",
                "Host: h",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                String.join(
                        "\r\n",
                        Stream.concat(Stream.of(more), Stream.of("Sec-WebSocket-Version: 13"))
                                .toList()));
    }

    /** Takes a handshake, switches, and goes on with that. */
    static Script switching(Script then) {
        return conversation -> {
            conversation.head();
            conversation.send(SWITCHED);
            then.run(conversation);
        };
    }

    // ---- what is asked

    @Test
    void webSocketIsAskedForAndWhatElseConnectionNamesEndsHere() throws Exception {
        RecordingOrigin origin = origin(switching(Conversation::drain));
        RawClient client = client(plane(origin));

        client.send(head(
                "GET /v1/realtime?model=m HTTP/1.1",
                "Host: h",
                "Connection: keep-alive, uPGRADE, X-A",
                "X-A: 1",
                "Upgrade: h2c, WebSocket",
                "HTTP2-Settings: x",
                "TE: trailers",
                "Origin: https://example.org",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Protocol: realtime",
                "Sec-WebSocket-Extensions: permessage-deflate",
                "Sec-WebSocket-Version: 13"));

        assertThat(client.until("\r\n\r\n"))
                .isEqualTo(head(
                        "HTTP/1.1 101 Switching Protocols",
                        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                        "Via: 1.1 homing-test",
                        "Connection: Upgrade",
                        "Upgrade: websocket"));
        assertThat(origin.conversation(0).received())
                .isEqualTo("GET /v1/realtime?model=m HTTP/1.1\r\nHost: 127.0.0.1:"
                        + origin.address().getPort()
                        + "\r\nOrigin: https://example.org\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Protocol: realtime\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"
                        + "Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n"
                        + "Via: 1.1 homing-test\r\n\r\n");
    }

    static Stream<String> noHandshakes() {
        String asks = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
        return Stream.of(
                "POST /x HTTP/1.1\r\nHost: h\r\n" + asks + "Content-Length: 0\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: h\r\n" + asks + "Content-Length: 2\r\n\r\nhi",
                "GET /x HTTP/1.1\r\nHost: h\r\n" + asks + "Content-Length: 2\r\n\r\nhi",
                "GET /x HTTP/1.1\r\nHost: h\r\n" + asks + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "OPTIONS /x HTTP/1.1\r\nHost: h\r\n" + asks + "\r\n",
                "GET /x HTTP/1.0\r\nHost: h\r\n" + asks + "\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2, websocket/13\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: h\r\nConnection: X-Upgrade\r\nUpgrade: websocket\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("noHandshakes")
    void whatIsNoHandshakeIsAskedWithoutUpgrade(String request) throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));

        assertThat(client(plane(origin)).send(request).response().status()).isEqualTo(200);

        assertThat(origin.conversation(0).received().toLowerCase(Locale.ROOT))
                .doesNotContain("upgrade", "websocket", "h2c", "http2-settings");
    }

    @ParameterizedTest
    @MethodSource("noHandshakes")
    void a101ThatWasNotAskedForIsA502AndItsConnectionIsNotUsedAgain(String request) throws Exception {
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.request();
                    conversation.send(SWITCHED + "more");
                    conversation.drain();
                });
        PlaneUnderTest plane = plane(origin);

        RawClient.Response response = client(plane).send(request).response();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("switched protocols unasked");
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        assertThat(client(plane).send(GET).response().body()).isEqualTo("ok");
        assertThat(plane.outcomes()).containsExactly(Outcome.RESET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
                "HTTP/1.0 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
            })
    void a101ToAnythingElseIsA502AndItsConnectionIsNotUsedAgain(String answer) throws Exception {
        RecordingOrigin origin = origins(n -> n > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.request();
                    conversation.send(answer + "more");
                    conversation.drain();
                });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);

        RawClient.Response response = client.send(HANDSHAKE).response();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("expected: to websocket");
        assertThat(origin.conversation(0).isOver(5000)).isTrue();
        assertThat(origin.conversation(0).received()).endsWith("Via: 1.1 homing-test\r\n\r\n");
        assertThat(client.send(GET).response().body()).isEqualTo("ok");
        assertThat(plane.outcomes()).containsExactly(Outcome.RESET);
    }

    // ---- what holds for every request

    @Test
    void aHandshakeNeedsAKeyAndARouteLikeAnyRequest() throws Exception {
        configs.keys(ApiKeys.of(List.of(new ApiKeys.Known("alice", "0".repeat(64))), new byte[] {7}));
        RecordingOrigin origin = origin(switching(Conversation::drain));
        PlaneUnderTest keyed = plane(origin);
        PlaneUnderTest open =
                opened(PlaneUnderTest.open(io, new Configs().routedBelow("/v1").generation(List.of(origin.address()))));

        assertThat(client(keyed).send(HANDSHAKE).response().status()).isEqualTo(401);
        assertThat(client(open).send(handshake("/sleep")).response().status()).isEqualTo(404);
        assertThat(client(open).send(handshake("/other")).response().status()).isEqualTo(404);
        assertThat(client(open)
                        .send(handshake("/v1/realtime", "Via: 1.1 homing-test"))
                        .response()
                        .status())
                .isEqualTo(508);
        assertThat(client(open)
                        .send(HANDSHAKE.replace("Host: h\r\n", ""))
                        .response()
                        .status())
                .isEqualTo(400);

        assertThat(origin.connections()).isZero();
        assertThat(client(open).send(HANDSHAKE).response().status()).isEqualTo(101);
    }

    @Test
    void aHandshakeGoesToItsSessionsBackendAndBindsIt() throws Exception {
        configs.responseHeaders();
        Script script = conversation -> {
            for (Conversation.Request request = conversation.request();
                    request != null;
                    request = conversation.request()) {
                conversation.send(request.header("upgrade") == null ? OK : SWITCHED);
            }
        };
        PlaneUnderTest plane = plane(origin(script), origin(script), origin(script));

        for (int i = 0; i < 8; i++) {
            String session = "X-Session-Id: s" + i;
            RawClient.Response switched =
                    client(plane).send(handshake("/v1/realtime", session)).response();
            RawClient.Response later = client(plane)
                    .send(head("GET /x HTTP/1.1", "Host: h", session))
                    .response();

            assertThat(switched.status()).isEqualTo(101);
            assertThat(switched.header("X-Homing-Decision")).isEqualTo("placed");
            assertThat(later.header("X-Homing-Decision")).isEqualTo("pinned");
            assertThat(later.header("X-Homing-Backend")).isEqualTo(switched.header("X-Homing-Backend"));
        }
    }

    @Test
    void anAnswerThatIsNo101IsAnOrdinaryOne() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nContent-Length: 2\r\n\r\nno");
            Script.answering(OK).run(conversation);
        });
        RawClient client = client(plane(origin));

        RawClient.Response response = client.send(HANDSHAKE).response();

        assertThat(response.head())
                .isEqualTo(head(
                        "HTTP/1.1 426 Upgrade Required",
                        "Sec-WebSocket-Version: 13",
                        "Content-Length: 2",
                        "Via: 1.1 homing-test"));
        assertThat(response.body()).isEqualTo("no");
        assertThat(client.send(GET).response().body()).isEqualTo("ok");
        assertThat(origin.connections()).isEqualTo(1);
    }

    @Test
    void aReusedConnectionThatWasClosedIsReplacedOnce() throws Exception {
        RecordingOrigin origin = origins(n -> n > 0
                ? switching(Conversation::drain)
                : conversation -> {
                    conversation.request();
                    conversation.send(OK);
                    conversation.request();
                });
        PlaneUnderTest plane = plane(origin);
        client(plane).send(GET).response();

        assertThat(client(plane).send(HANDSHAKE).response().status()).isEqualTo(101);

        assertThat(plane.observer().retries()).containsExactly(RetryReason.STALE);
        assertThat(origin.conversation(0).received()).contains("Upgrade: websocket");
        assertThat(origin.connections()).isEqualTo(2);
    }

    @Test
    void aFreshConnectionThatClosesIsA502AndNothingIsSentAgain() throws Exception {
        RecordingOrigin origin = origin(Conversation::request);
        PlaneUnderTest plane = plane(origin, origin);

        assertThat(client(plane).send(HANDSHAKE).response().status()).isEqualTo(502);

        assertThat(origin.connections()).isEqualTo(1);
        assertThat(plane.observer().retries()).isEmpty();
    }

    @Test
    void aBackendThatLoadsItsModelIsPassedOver() throws Exception {
        RecordingOrigin loading = origin(
                Script.answering(
                        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 75\r\n\r\n{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}"));
        RecordingOrigin ready = origin(switching(Conversation::drain));
        PlaneUnderTest plane = plane(loading, ready);

        for (int i = 0; i < 2; i++) {
            assertThat(client(plane).send(HANDSHAKE).response().status()).isEqualTo(101);
        }

        assertThat(plane.observer().retries()).containsExactly(RetryReason.LOADING);
    }

    @Test
    void interimAnswersMayComeBeforeThe101() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.send("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + SWITCHED);
            conversation.drain();
        });

        assertThat(client(plane(origin)).send(HANDSHAKE).response().status()).isEqualTo(101);
    }

    // ---- what comes too early

    @Test
    void bytesBeforeThe101AreHeldUntilItComes() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            go.acquire();
            conversation.send(SWITCHED);
            conversation.drain();
        });
        RawClient client = client(plane(origin));
        client.send(HANDSHAKE + "early, ").send(GET);
        await().atMost(Duration.ofSeconds(5)).until(() -> origin.connections() == 1);
        assertThat(client.silentFor(200)).isTrue();
        assertThat(origin.conversation(0).received()).endsWith("\r\n\r\n").doesNotContain("early");

        go.release();

        assertThat(client.response().status()).isEqualTo(101);
        client.send(" late");
        await().atMost(Duration.ofSeconds(5))
                .until(() -> origin.conversation(0).received().endsWith("\r\n\r\nearly, " + GET + " late"));
    }

    @Test
    void requestsBehindARefusedHandshakeAreAnsweredInTheirTurn() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            go.acquire();
            conversation.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
            Script.answering(OK).run(conversation);
        });
        RawClient client = client(plane(origin));
        client.send(HANDSHAKE + GET + "POST /y HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n")
                .send("hi");
        assertThat(client.silentFor(200)).isTrue();
        assertThat(origin.conversation(0).received()).doesNotContain("GET /x");

        go.release();

        assertThat(client.response().status()).isEqualTo(403);
        assertThat(client.response().body()).isEqualTo("ok");
        assertThat(client.response().body()).isEqualTo("ok");
        assertThat(origin.conversation(0).received()).contains("POST /y").endsWith("hi");
    }

    @Test
    void requestsBehindAHandshakeThatIsRefusedHereAreAnsweredInTheirTurn() throws Exception {
        RawClient client = client(plane(origin(Script.answering(OK))));

        client.send(handshake("/sleep") + GET + handshake("/sleep") + GET);

        assertThat(client.response().status()).isEqualTo(404);
        assertThat(client.response().body()).isEqualTo("ok");
        assertThat(client.response().status()).isEqualTo(404);
        assertThat(client.response().body()).isEqualTo("ok");
    }

    @Test
    void aHandshakeBehindOtherRequestsWaitsForItsTurn() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            go.acquire();
            conversation.send(OK);
            switching(Conversation::drain).run(conversation);
        });
        RawClient client = client(plane(origin));
        client.send(GET + HANDSHAKE + "early");
        assertThat(client.silentFor(200)).isTrue();
        assertThat(origin.conversation(0).received()).doesNotContain("realtime");

        go.release();

        assertThat(client.response().body()).isEqualTo("ok");
        assertThat(client.response().status()).isEqualTo(101);
        await().atMost(Duration.ofSeconds(5))
                .until(() -> origin.conversation(0).received().endsWith("\r\n\r\nearly"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", GET})
    void whatIsHeldIsBounded(String before) throws Exception {
        Semaphore go = new Semaphore(0);
        AtomicLong arrived = new AtomicLong();
        RecordingOrigin origin = origin(conversation -> {
            if (!before.isEmpty()) {
                conversation.head();
                go.acquire();
                conversation.send(OK);
            }
            conversation.head();
            go.acquire();
            conversation.send(SWITCHED);
            conversation.unrecorded().skipNBytes(FLOOD);
            arrived.set(FLOOD);
            conversation.drain();
        });
        RawClient client = client(plane(origin));
        long memory = usedMemory();
        client.send(before + HANDSHAKE);
        AtomicLong sent = new AtomicLong();
        Thread flood = flooding(client, sent);
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            long last = sent.get();
            Thread.sleep(300);
            return last > 0 && sent.get() == last;
        });

        assertThat(sent.get()).as("bytes taken from the client").isLessThan(FLOOD);
        assertThat(usedMemory() - memory).as("buffers in use").isLessThan(FLAT);
        go.release(2);
        await().atMost(Duration.ofSeconds(20)).until(() -> arrived.get() == FLOOD);
        flood.join(5000);
    }

    @Test
    void whatFollowsAMalformedHandshakeIsNotKept() throws Exception {
        RecordingOrigin origin = origin(Script.answering(OK));
        RawClient client = client(plane(origin));
        long memory = usedMemory();
        client.send(HANDSHAKE.replace("Host: h\r\n", ""));
        AtomicLong sent = new AtomicLong();
        Thread flood = flooding(client, sent);

        assertThat(client.response().status()).isEqualTo(400);
        flood.join(10_000);

        assertThat(usedMemory() - memory).as("buffers in use").isLessThan(FLAT);
        assertThat(sent.get()).as("bytes that were read and dropped").isEqualTo(FLOOD);
        assertThat(origin.connections()).isZero();
    }

    private static Thread flooding(RawClient client, AtomicLong sent) {
        Thread flood = new Thread(() -> {
            byte[] block = new byte[64 * 1024];
            try {
                for (int i = 0; i < FLOOD / block.length; i++) {
                    client.send(block);
                    sent.addAndGet(block.length);
                }
            } catch (IOException e) {
                // The test looks at what was sent.
            }
        });
        flood.setDaemon(true);
        flood.start();
        return flood;
    }

    private static long usedMemory() {
        var metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }
}
