// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of any size pass in flat memory, the replica's and the client's own included, since they run in this process too. */
@Tag("long")
class FlatMemoryTest {

    private static final long MIB = 1 << 20;
    private static final long UPLOAD = 200 * MIB;
    private static final long DOWNLOAD = 1024 * MIB;

    /** What a transfer may add to the start: a few socket buffers on either side, and some rings. */
    private static final long GROWTH = 64 * MIB;

    private static final int DAWDLERS = 20;

    /** What one slow reader may cost. */
    private static final long DAWDLER_COST = MIB;

    private static final int BLOCK = 65_536;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUploadOf200MegabytesPasses(boolean chunked) throws Exception {
        EngineSettings settings = Replicas.fast(EngineSettings.Kind.VLLM)
                .contextTokens(Integer.MAX_VALUE)
                .prefill(1e12);
        try (Replicas replicas = Replicas.start(1, settings);
                RunningHoming homing = RunningHoming.start(replicas.yaml());
                RawClient client = new RawClient(homing.clients())) {
            warm(homing);
            try (MemorySampler memory = new MemorySampler()) {
                upload(client, chunked);
                String head = client.readUntil("\r\n\r\n");
                assertThat(head).startsWith("HTTP/1.1 200 ");
                assertThat(client.readUntil("\"prompt_tokens\":")).isNotEmpty();
                assertThat(Long.parseLong(client.readUntil(",").replace(",", "").strip()))
                        .as("all of it arrived, at 4 bytes a token")
                        .isBetween(UPLOAD / 4, UPLOAD / 4 + 100);
                memory.grewLessThan(GROWTH);
                System.out.printf("upload, chunked %s: %s%n", chunked, memory);
            }
        }
    }

    @Test
    void aDownloadOfOneGigabytePasses() throws Exception {
        try (Replicas replicas = Replicas.start(1, Replicas.fast(EngineSettings.Kind.VLLM));
                RunningHoming homing = RunningHoming.start(replicas.yaml());
                RawClient client = new RawClient(homing.clients())) {
            warm(homing);
            try (MemorySampler memory = new MemorySampler()) {
                download(client, DOWNLOAD);
                client.skip(DOWNLOAD);
                memory.grewLessThan(GROWTH);
                System.out.printf("download: %s%n", memory);
            }
        }
    }

    @Test
    void aClientThatReadsSlowlyCostsBoundedMemory() throws Exception {
        try (Replicas replicas = Replicas.start(1, Replicas.fast(EngineSettings.Kind.VLLM));
                RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            warm(homing);
            List<RawClient> dawdlers = new ArrayList<>();
            try (MemorySampler memory = new MemorySampler()) {
                for (int i = 0; i < DAWDLERS; i++) {
                    RawClient client = RawClient.dawdling(homing.clients(), BLOCK);
                    dawdlers.add(client);
                    download(client, DOWNLOAD);
                    client.skip(BLOCK);
                }
                memory.settle();
                memory.grewLessThan(DAWDLERS * DAWDLER_COST);
                System.out.printf("%d slow readers: %s%n", DAWDLERS, memory);
                RawClient first = dawdlers.get(0);
                first.skip(64 * MIB);
                memory.grewLessThan(DAWDLERS * DAWDLER_COST);
            } finally {
                for (RawClient client : dawdlers) {
                    client.close();
                }
            }
            Operator operator = new Operator(homing.operators());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> operator.metrics().count("homing_inflight") == 0);
        }
    }

    /** So that what is made once is there before anything is measured. */
    private static void warm(RunningHoming homing) throws IOException {
        try (RawClient client = new RawClient(homing.clients())) {
            download(client, 16 * MIB);
            client.skip(16 * MIB);
        }
    }

    private static void download(RawClient client, long bytes) throws IOException {
        client.send("GET /demo/bytes?n=" + bytes + " HTTP/1.1\r\nHost: homing\r\n\r\n");
        assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }

    private static void upload(RawClient client, boolean chunked) throws IOException {
        String before = "{\"model\":\"demo-8b\",\"max_tokens\":2,\"messages\":[{\"role\":\"user\",\"content\":\"";
        String after = "\"}]}";
        String framing = chunked
                ? "Transfer-Encoding: chunked"
                : "Content-Length: " + (before.length() + UPLOAD + after.length());
        client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: homing\r\nContent-Type: application/json\r\n" + framing
                + "\r\n\r\n");
        byte[] block = new byte[BLOCK];
        Arrays.fill(block, (byte) 'x');
        part(client, before.getBytes(StandardCharsets.US_ASCII), chunked);
        for (long left = UPLOAD; left > 0; left -= block.length) {
            part(client, block, chunked);
        }
        part(client, after.getBytes(StandardCharsets.US_ASCII), chunked);
        if (chunked) {
            client.send("0\r\n\r\n");
        }
    }

    private static void part(RawClient client, byte[] bytes, boolean chunked) throws IOException {
        if (chunked) {
            client.send(Integer.toHexString(bytes.length) + "\r\n");
        }
        client.out().write(bytes);
        if (chunked) {
            client.send("\r\n");
        }
    }
}
