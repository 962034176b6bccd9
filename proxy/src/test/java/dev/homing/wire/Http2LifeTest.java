// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.wire.RecordingOrigin.Script;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** How long an HTTP/2 connection stays, and how it ends. */
final class Http2LifeTest extends WireCase {

    private static final Duration SOON = Duration.ofMillis(300);

    private RawHttp2 http2(PlaneUnderTest plane) throws Exception {
        return opened(RawHttp2.to(plane.address())).greeted();
    }

    @Test
    void anIdleConnectionIsToldThatItEnds() throws Exception {
        configs.clientIdle(SOON);
        PlaneUnderTest plane = plane(origin(Script.answering(OK)));
        RawHttp2 client = http2(plane);
        int id = client.get("/x");
        client.answer(id);

        assertThat(client.goAway()).isEqualTo(new RawHttp2.GoAway(id, 0));
        assertThat(client.ends()).isTrue();
        assertThat(plane.observer().rejections()).isEmpty();
    }

    @Test
    void aConnectionWithAStreamIsNotIdle() throws Exception {
        configs.clientIdle(SOON);
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            go.acquire();
            conversation.send(OK);
            conversation.drain();
        });
        RawHttp2 client = http2(plane(origin));
        int id = client.get("/x");

        Thread.sleep(3 * SOON.toMillis());
        go.release();

        assertThat(client.answer(id).body()).isEqualTo("ok");
    }

    @Test
    void aHeaderBlockThatDoesNotEndInTimeEndsTheConnection() throws Exception {
        configs.requestHead(SOON);
        RecordingOrigin origin = origin(conversation -> conversation.drain());
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);
        int running = client.get("/x");
        await().until(() -> origin.connections() == 1);
        byte[] head = RawHttp2.encode(RawHttp2.HEADERS, 0, client.open(), RawHttp2.block(RawHttp2.head("GET", "/y")));

        client.raw(head);

        assertThat(client.goAway().error()).isZero();
        assertThat(client.goAway().last()).isEqualTo(running);
        assertThat(client.ends()).isTrue();
        assertThat(plane.observer().rejections()).containsExactly("request_timeout");
    }

    @Test
    void manyHeadsOneAfterTheOtherAreNoSlowOne() throws Exception {
        configs.requestHead(SOON);
        // A frame of another thread's in between would break one of these.
        RawHttp2 client = http2(plane(origin(Script.answering(OK)))).takingNothing();

        for (long end = System.nanoTime() + 4 * SOON.toNanos(); System.nanoTime() < end; ) {
            byte[] head = RawHttp2.encode(
                    RawHttp2.HEADERS,
                    RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
                    client.open(),
                    RawHttp2.block(RawHttp2.head("GET", "/y")));
            client.raw(java.util.Arrays.copyOf(head, 20));
            Thread.sleep(20);
            client.raw(java.util.Arrays.copyOfRange(head, 20, head.length));
        }

        assertThat(client.answer(client.get("/x")).body()).isEqualTo("ok");
        assertThat(client.goodbyes()).isEmpty();
    }

    @Test
    void aBodyThatDoesNotComeIsA408AndFreesTheBackend() throws Exception {
        configs.requestBody(SOON);
        RecordingOrigin origin = origin(conversation -> conversation.drain());
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane);

        int id = client.begin(RawHttp2.head("POST", "/x"));
        client.data(id, "hello", false);

        assertThat(client.answer(id).status()).isEqualTo(408);
        assertThat(client.resetOf(id)).isZero();
        assertThat(origin.conversation(0).isOver(1000)).isTrue();
        assertThat(plane.observer().rejections()).containsExactly("request_timeout");
    }

    @Test
    void aClientThatNeverTakesTheEndOfItsAnswerIsLetGoOf() throws Exception {
        configs.clientIdle(SOON);
        PlaneUnderTest plane =
                plane(origin(Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + "x".repeat(5000))));
        RawHttp2 client =
                opened(RawHttp2.to(plane.address(), 0, 100)).takingNothing().greeted();

        int id = client.get("/x");

        assertThat(client.resetOf(id)).isEqualTo(RawHttp2.CANCEL);
        assertThat(client.stream(id).length()).isEqualTo(100);
        assertThat(client.ends()).isTrue();
    }

    @Test
    void stoppingLetsStreamsFinishThoseUnderWayIncluded() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            go.acquire();
            conversation.send(OK);
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = http2(plane).withoutPong();
        RawHttp2 idle = http2(plane);
        int running = client.get("/x");
        await().until(() -> origin.connections() == 1);

        plane.frontend().drain();
        await().until(() -> client.frames().contains(RawHttp2.PING));
        int crossing = client.get("/y");
        client.frame(RawHttp2.PING, RawHttp2.ACK, 0, new byte[8]);

        assertThat(client.goAway()).isEqualTo(new RawHttp2.GoAway(crossing, 0));
        assertThat(client.goodbyes()).first().isEqualTo(new RawHttp2.GoAway(Integer.MAX_VALUE, 0));
        assertThat(idle.ends()).isTrue();
        assertThat(client.over()).isFalse();
        go.release(2);
        assertThat(client.answer(running).body()).isEqualTo("ok");
        assertThat(client.answer(crossing).body()).isEqualTo("ok");
        assertThat(client.ends()).isTrue();
        client.close();
        idle.close();
        assertThat(plane.frontend().drained().await(2000)).isTrue();
    }

    @Test
    void aClientThatSaysGoodbyeGetsItsAnswersFirst() throws Exception {
        Semaphore go = new Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            go.acquire();
            conversation.send(OK);
            conversation.drain();
        });
        RawHttp2 client = http2(plane(origin));
        int id = client.get("/x");

        client.frame(RawHttp2.GOAWAY, 0, 0, new byte[8]);
        go.release();

        assertThat(client.answer(id).body()).isEqualTo("ok");
        assertThat(client.ends()).isTrue();
    }
}
