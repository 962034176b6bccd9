// SPDX-License-Identifier: Apache-2.0
package dev.homing.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.InputStream;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A slow side slows the other down, and costs bounded memory. */
final class BackPressureTest extends WireCase {

    private static final int SIZE = 50 << 20;

    /** Bytes of buffers beyond which a connection's share is no longer flat; kernel buffers are not among them. */
    private static final long FLAT = 12L << 20;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSlowReaderGetsEveryByteOfALargeDownloadInFlatMemory(boolean chunked) throws Exception {
        byte[] block = new byte[64 * 1024];
        new Random(1).nextBytes(block);
        AtomicLong sent = new AtomicLong();
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\n"
                    + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + SIZE) + "\r\n\r\n");
            for (int i = 0; i < SIZE / block.length; i++) {
                conversation.send(chunked ? "10000\r\n" : "");
                conversation.send(block);
                conversation.send(chunked ? "\r\n" : "");
                sent.addAndGet(block.length);
            }
            conversation.send(chunked ? "0\r\n\r\n" : "");
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = opened(RawClient.to(plane.address(), 16 * 1024));
        long before = usedMemory();

        client.send(GET).until("\r\n\r\n");
        Thread.sleep(400);

        assertThat(sent.get()).as("bytes taken from the backend").isLessThan(SIZE);
        assertThat(usedMemory() - before).as("buffers in use").isLessThan(FLAT);
        assertThat(checksum(client.input(), chunked)).isEqualTo(checksum(block));
        plane.awaitQuiet();
        assertThat(plane.observer().finished().get(0).clientGone()).isFalse();
    }

    @Test
    void aSlowReaderOfManySmallChunksCostsFlatMemory() throws Exception {
        AtomicLong sent = new AtomicLong();
        int chunks = 2_000_000;
        byte[] some = "5\r\nhello\r\n".repeat(10).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        RecordingOrigin origin = origin(conversation -> {
            conversation.request();
            conversation.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < chunks / 10; i++) {
                conversation.send(some);
                sent.incrementAndGet();
            }
            conversation.send("0\r\n\r\n");
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = opened(RawClient.to(plane.address(), 16 * 1024));
        long before = usedMemory();

        client.send(GET).until("\r\n\r\n");
        Thread.sleep(800);

        assertThat(usedMemory() - before).as("buffers in use").isLessThan(FLAT);
        long length = (long) chunks * 10 + 5;
        assertThat(client.input().skip(length)).isPositive();
        client.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSlowBackendGetsEveryByteOfALargeUploadInFlatMemory(boolean chunked) throws Exception {
        byte[] block = new byte[64 * 1024];
        new Random(2).nextBytes(block);
        AtomicLong checksum = new AtomicLong();
        java.util.concurrent.Semaphore go = new java.util.concurrent.Semaphore(0);
        RecordingOrigin origin = origin(conversation -> {
            conversation.head();
            go.acquire();
            checksum.set(checksum(conversation.unrecorded(), chunked));
            conversation.send(OK);
            conversation.drain();
        });
        PlaneUnderTest plane = plane(origin);
        RawClient client = client(plane);
        long before = usedMemory();
        AtomicLong sent = new AtomicLong();
        Thread upload = new Thread(() -> {
            try {
                client.send("POST /x HTTP/1.1\r\nHost: h\r\n"
                        + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + SIZE) + "\r\n\r\n");
                for (int i = 0; i < SIZE / block.length; i++) {
                    client.send(chunked ? "10000\r\n" : "").send(block).send(chunked ? "\r\n" : "");
                    sent.addAndGet(block.length);
                }
                client.send(chunked ? "0\r\n\r\n" : "");
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        upload.start();
        Thread.sleep(400);

        assertThat(sent.get()).as("bytes taken from the client").isLessThan(SIZE);
        assertThat(usedMemory() - before).as("buffers in use").isLessThan(FLAT);
        go.release();
        assertThat(client.response().body()).isEqualTo("ok");
        upload.join(10_000);
        assertThat(checksum.get()).isEqualTo(checksum(block));
    }

    private static long usedMemory() {
        var metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    private static long checksum(byte[] block) {
        CRC32 crc = new CRC32();
        for (int i = 0; i < SIZE / block.length; i++) {
            crc.update(block);
        }
        return crc.getValue();
    }

    /** Of a body of {@link #SIZE} bytes. */
    private static long checksum(InputStream in, boolean chunked) throws java.io.IOException {
        CRC32 crc = new CRC32();
        long left = SIZE;
        while (left > 0) {
            int run = chunked ? size(in) : (int) Math.min(left, 64 * 1024);
            byte[] bytes = in.readNBytes(run);
            if (bytes.length < run) {
                throw new java.io.EOFException(left + " bytes are missing");
            }
            crc.update(bytes);
            left -= run;
            if (chunked) {
                in.skipNBytes(2);
            }
        }
        if (chunked) {
            in.skipNBytes(5);
        }
        return crc.getValue();
    }

    private static int size(InputStream in) throws java.io.IOException {
        StringBuilder digits = new StringBuilder();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            digits.append((char) b);
        }
        in.skipNBytes(1);
        return Integer.parseInt(digits.toString(), 16);
    }
}
