// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.homing.wire.RecordingOrigin.Script;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A slow side of one stream slows the other side of that stream down, and nobody else. */
final class Http2FlowTest extends WireCase {

    private static final int SIZE = 50 << 20;
    private static final String BLOCK = "x".repeat(16 * 1024);

    /** Bytes of buffers beyond which a stream's share is no longer flat; kernel buffers are not among them. */
    private static final long FLAT = 12L << 20;

    @Test
    void aStreamThatIsNotReadStopsItsBackendAndNoOtherStream() throws Exception {
        AtomicLong sent = new AtomicLong();
        RecordingOrigin origin = origins(number -> conversation -> {
            conversation.request();
            if (number > 0) {
                conversation.send(OK);
                conversation.drain();
                return;
            }
            conversation.send("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n");
            byte[] block = new byte[64 * 1024];
            for (int i = 0; i < SIZE / block.length; i++) {
                conversation.send(block);
                sent.addAndGet(block.length);
            }
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client =
                opened(RawHttp2.to(plane.address(), 0, 1000)).takingNothing().greeted();
        long before = usedMemory();

        int slow = client.get("/slow");
        await().until(() -> client.stream(slow).length() == 1000);
        await().atMost(Duration.ofSeconds(10)).until(() -> stands(sent));

        assertThat(sent.get()).as("bytes taken from the backend").isLessThan(SIZE);
        assertThat(usedMemory() - before).as("buffers in use").isLessThan(FLAT);
        assertThat(client.answer(client.get("/fast")).body()).isEqualTo("ok");
        client.openWindow(0, Integer.MAX_VALUE - 65_535).openWindow(slow, SIZE);
        assertThat(client.answer(slow).length()).isEqualTo(SIZE);
    }

    @Test
    void aClientThatReadsNothingAtAllCostsFlatMemory() throws Exception {
        AtomicLong sent = new AtomicLong();
        byte[] some =
                ("64\r\n" + "x".repeat(100) + "\r\n").repeat(10).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (sent.addAndGet(some.length) > 0) {
                conversation.send(some);
            }
        });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client =
                opened(RawHttp2.to(plane.address(), 0, 1000)).takingNothing().greeted();
        long before = usedMemory();

        for (int i = 0; i < 5; i++) {
            client.get("/x");
        }
        await().until(() -> origin.connections() == 5);
        await().atMost(Duration.ofSeconds(20)).until(() -> stands(sent));

        assertThat(usedMemory() - before).as("buffers in use").isLessThan(2 * FLAT);
        client.close();
    }

    @Test
    void aBackendThatReadsNothingClosesItsStreamsWindowAndNoOther() throws Exception {
        Semaphore go = new Semaphore(0);
        AtomicLong taken = new AtomicLong();
        RecordingOrigin origin = origins(number -> number > 0
                ? Script.answering(OK)
                : conversation -> {
                    conversation.head();
                    go.acquire();
                    taken.set(conversation.unrecorded().readNBytes(SIZE).length);
                    conversation.send(OK);
                    conversation.drain();
                });
        PlaneUnderTest plane = plane(origin);
        RawHttp2 client = opened(RawHttp2.to(plane.address())).greeted();
        long before = usedMemory();
        int slow = client.begin(RawHttp2.head("POST", "/slow", "content-length", Integer.toString(SIZE)));
        AtomicLong sent = new AtomicLong();
        Thread upload = new Thread(() -> upload(client, slow, sent), "upload");
        upload.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> stands(sent));

        assertThat(sent.get()).as("bytes taken from the client").isLessThan(SIZE);
        assertThat(usedMemory() - before).as("buffers in use").isLessThan(FLAT);
        assertThat(client.window(slow) - sent.get()).as("window that is left").isBetween(0L, (long) BLOCK.length());
        for (int i = 0; i < 5; i++) {
            assertThat(client.answer(client.post("/fast", "y".repeat(10_000))).body())
                    .isEqualTo("ok");
        }
        go.release();
        assertThat(client.answer(slow).body()).isEqualTo("ok");
        upload.join(10_000);
        assertThat(taken.get()).isEqualTo(SIZE);
    }

    @Test
    void manySmallFramesThatNobodyTakesCostNoMoreThanTheirBytes() throws Exception {
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            conversation.peekFor(20_000);
            while (conversation.unrecorded().skip(1) == 0 || !conversation.isOver(100)) {
                // never reads on
            }
        });
        configs.peek(0);
        PlaneUnderTest plane = opened(
                PlaneUnderTest.openWithSmallBuffers(io, configs.generation(java.util.List.of(origin.address()))));
        RawHttp2 client = opened(RawHttp2.to(plane.address())).greeted();
        int id = client.begin(RawHttp2.head("POST", "/slow", "content-length", Integer.toString(SIZE)));
        AtomicLong sent = new AtomicLong();
        Thread filling = new Thread(() -> upload(client, id, sent), "upload");
        filling.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> stands(sent));
        long before = usedMemory();

        byte[] crumb = RawHttp2.encode(RawHttp2.DATA, 0, id, new byte[1]);
        int left = (int) (client.window(id) - sent.get());
        for (int i = 0; i < left; i++) {
            client.raw(crumb);
        }

        assertThat(client.answer(client.request(RawHttp2.head("CONNECT", "/"))).status())
                .isEqualTo(405);
        assertThat(usedMemory() - before).as("buffers in use").isLessThan(1 << 20);
        client.close();
    }

    /** Sends as much as the window allows, block by block. */
    private static void upload(RawHttp2 client, int id, AtomicLong sent) {
        try {
            while (sent.get() < SIZE && !client.over()) {
                if (client.window(id) - sent.get() >= BLOCK.length()) {
                    client.data(id, BLOCK, sent.get() + BLOCK.length() == SIZE);
                    sent.addAndGet(BLOCK.length());
                } else {
                    Thread.onSpinWait();
                }
            }
        } catch (java.io.IOException e) {
            // The test is over.
        }
    }

    /** Whether it does not grow for a while. */
    private static boolean stands(AtomicLong count) throws InterruptedException {
        long before = count.get();
        Thread.sleep(300);
        return before > 0 && count.get() == before;
    }

    private static long usedMemory() {
        var metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }
}
