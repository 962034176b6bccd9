// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.health.Outcome;
import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Comments to clients whose event streams fall silent, {@code sse_ping}. */
final class HeartbeatTest extends WireCase {

    private static final Duration PING = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(10);

    private static final String CHAT = "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}";
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
    private static final String COMMENT = "3\r\n:\n\n\r\n";

    /** One permit lets the backend go on. */
    private final Semaphore go = new Semaphore(0);

    @BeforeEach
    void ping() {
        configs.ssePing(PING);
    }

    /** A backend that sends the parts, each when it may. */
    private Script saying(String... parts) {
        return conversation -> {
            conversation.request();
            for (String part : parts) {
                conversation.send(part);
                go.acquire();
            }
        };
    }

    @Test
    void aClientHearsCommentsBeforeTheFirstEventAndBetweenTwo() throws Exception {
        PlaneUnderTest plane = plane(origin(
                saying(HEAD + CHUNKED, "d\r\ndata: {\"a\":1}\r\n2\r\n\n\n\r\n", "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")));
        RawClient client = client(plane).send(CHAT);

        assertThat(client.responseToHead().status()).isEqualTo(200);
        assertThat(client.bytes(2 * COMMENT.length())).isEqualTo(COMMENT + COMMENT);
        go.release();
        client.until("2\r\n\n\n\r\n");
        assertThat(client.bytes(COMMENT.length())).isEqualTo(COMMENT);
        go.release();
        client.until("0\r\n\r\n");
        go.release();

        plane.awaitQuiet();
        assertThat(plane.observer().aborts()).isEmpty();
    }

    @Test
    void nothingIsPutIntoAnEventOrAChunk() throws Exception {
        String event = "data: {\"a\":";
        String chunk = "20\r\n1}\n\n";
        PlaneUnderTest plane = plane(
                origin(saying(HEAD + CHUNKED + "b\r\n" + event + "\r\n", chunk, "x".repeat(28) + "\r\n0\r\n\r\n")));
        RawClient client = client(plane).send(CHAT);
        client.responseToHead();

        assertThat(client.until(event + "\r\n")).doesNotContain(":\n\n");
        assertThat(client.silentFor(4 * (int) PING.toMillis())).isTrue();
        go.release();
        client.bytes(chunk.length());
        assertThat(client.silentFor(4 * (int) PING.toMillis())).isTrue();
        go.release();
        assertThat(client.bytes(28)).isEqualTo("x".repeat(28));
        go.release();
    }

    @Test
    void otherAnswersStayAsTheyAre() throws Exception {
        for (String other : new String[] {
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + CHUNKED,
            HEAD + "Content-Encoding: gzip\r\n" + CHUNKED,
            HEAD + "Content-Length: 100\r\n\r\n"
        }) {
            RawClient client = client(plane(origin(saying(other)))).send(CHAT);
            client.responseToHead();
            assertThat(client.silentFor(4 * (int) PING.toMillis())).as(other).isTrue();
            go.release();
        }
    }

    @Test
    void aClientOfHttp2HearsThemToo() throws Exception {
        PlaneUnderTest plane = plane(origin(saying(HEAD + CHUNKED, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")));
        RawHttp2 client = opened(RawHttp2.to(plane.address())).greeted();
        int id = client.post("/v1/chat/completions", "{}");

        await().atMost(LONG).until(() -> client.stream(id).body().startsWith(":\n\n:\n\n"));
        go.release(2);

        assertThat(client.answer(id).body()).matches("(:\n\n)+data: \\[DONE]\n\n");
    }

    @Test
    void aBackendThatStaysSilentForTooLongIsCutAllTheSame() throws Exception {
        configs.streamIdle(Duration.ofMillis(600));
        PlaneUnderTest plane = plane(origin(saying(HEAD + CHUNKED)));
        RawClient client = client(plane).send(CHAT);
        client.responseToHead();

        assertThat(client.toEnd()).startsWith(COMMENT).doesNotContain("0\r\n\r\n");
        plane.awaitQuiet();
        assertThat(plane.outcomes()).containsExactly(Outcome.TIMEOUT);
        go.release();
    }

    @Test
    void withoutItNobodyHearsAny() throws Exception {
        configs.ssePing(null);
        RawClient client = client(plane(origin(saying(HEAD + CHUNKED)))).send(CHAT);
        client.responseToHead();

        assertThat(client.silentFor(4 * (int) PING.toMillis())).isTrue();
        go.release();
    }
}
