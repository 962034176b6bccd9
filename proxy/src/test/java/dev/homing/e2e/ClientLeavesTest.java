// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import dev.homing.demo.EngineStats;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that leaves frees what worked for it, wherever its request was: that alone stops a GPU. */
class ClientLeavesTest {

    /** From the client's close to the replica's free slot; homing's own part is to be below 100 ms, the rest is for a busy machine. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A minute and more at the speeds below. */
    private static final int ENDLESS = 2_000;

    @ParameterizedTest
    @EnumSource(EngineSettings.Kind.class)
    void whileItWaitsForASlot(EngineSettings.Kind kind) throws Exception {
        try (Replicas replicas = one(Replicas.fast(kind).decode(20));
                RunningHoming homing = RunningHoming.start(replicas.yaml());
                RawClient worker = new RawClient(homing.clients()).chat("first", ENDLESS)) {
            worker.readUntil("\"content\":\"");
            RawClient leaver = new RawClient(homing.clients()).chat("second", 5);
            awaitStats(replicas, PATIENCE, stats -> stats.load().waiting(), 1);
            leaver.close();
            awaitStats(replicas, SOON, stats -> stats.requests().cancelled().waiting(), 1);
            awaitStats(replicas, SOON, stats -> stats.load().waiting(), 0);
            assertThat(replicas.stats(0).load().active())
                    .as("the other goes on")
                    .isEqualTo(1);
            awaitInflight(homing, 1);
            assertThat(aborts(homing, "prefill")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineSettings.Kind.class)
    void whileItsPromptIsRead(EngineSettings.Kind kind) throws Exception {
        try (Replicas replicas = one(Replicas.fast(kind).prefill(50));
                RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            RawClient leaver = new RawClient(homing.clients()).chat("sea oak ".repeat(1_000), 5);
            awaitStats(replicas, PATIENCE, stats -> stats.load().active(), 1);
            leaver.reset();
            awaitStats(replicas, SOON, stats -> stats.requests().cancelled().prefill(), 1);
            awaitFree(replicas, homing);
            assertThat(aborts(homing, "prefill")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(EngineSettings.Kind.class)
    void whileItsAnswerStreams(EngineSettings.Kind kind) throws Exception {
        try (Replicas replicas = one(Replicas.fast(kind).decode(20));
                RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            RawClient leaver = new RawClient(homing.clients()).chat("hello", ENDLESS);
            leaver.readUntil("\"content\":\" ");
            leaver.close();
            awaitStats(replicas, SOON, stats -> stats.requests().cancelled().decode(), 1);
            awaitFree(replicas, homing);
            assertThat(aborts(homing, "stream")).isEqualTo(1);
            Scrape metrics = new Operator(homing.operators()).metrics();
            assertThat(metrics.count("homing_requests_total", "status=client_gone"))
                    .isEqualTo(1);
        }
    }

    /** A backend whose backlog is full: the connection to it is never made. */
    @Test
    void whileItsBackendIsBeingConnectedTo() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> probed = CompletableFuture.runAsync(() -> answerOne(listener));
            String yaml = "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\nhealth: {interval: 10m}\ntimeouts: {connect: 60s}\n"
                    + "backends: [{id: deaf, url: \"http://127.0.0.1:" + listener.getLocalPort() + "\"}]\n";
            try (RunningHoming homing = RunningHoming.start(yaml)) {
                probed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                new Operator(homing.operators()).awaitHealthy("deaf", true);
                List<Socket> crowd = fill((InetSocketAddress) listener.getLocalSocketAddress());
                RawClient leaver = new RawClient(homing.clients()).chat("hello", 5);
                awaitInflight(homing, 1);
                leaver.close();
                awaitInflight(homing, 0);
                assertThat(aborts(homing, "queue")).isEqualTo(1);
                for (Socket member : crowd) {
                    member.close();
                }
            }
        }
    }

    private static Replicas one(EngineSettings settings) {
        return Replicas.start(1, settings.slots(1));
    }

    private static void awaitFree(Replicas replicas, RunningHoming homing) {
        awaitStats(replicas, SOON, stats -> stats.load().active(), 0);
        awaitInflight(homing, 0);
        assertThat(replicas.stats(0).requests().cancelled().total()).isEqualTo(1);
    }

    private static void awaitStats(
            Replicas replicas, Duration within, ToLongFunction<EngineStats> figure, long expected) {
        Awaitility.await()
                .atMost(within)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> figure.applyAsLong(replicas.stats(0)) == expected);
    }

    private static void awaitInflight(RunningHoming homing, int expected) {
        Operator operator = new Operator(homing.operators());
        Awaitility.await("in flight: " + expected)
                .atMost(PATIENCE)
                .until(() -> operator.metrics().count("homing_inflight") == expected);
    }

    private static long aborts(RunningHoming homing, String phase) {
        return new Operator(homing.operators()).metrics().count("homing_client_aborts_total", "phase=" + phase);
    }

    /** Answers one probe as a healthy backend would. */
    private static void answerOne(ServerSocket listener) {
        try (Socket probe = listener.accept()) {
            InputStream in = probe.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            byte[] ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            probe.getOutputStream().write(ok);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Connects until the kernel lets nobody in any more. */
    private static List<Socket> fill(InetSocketAddress address) throws IOException {
        List<Socket> crowd = new ArrayList<>();
        while (crowd.size() < 64) {
            Socket next = new Socket();
            try {
                next.connect(address, 300);
                crowd.add(next);
            } catch (SocketTimeoutException full) {
                next.close();
                return crowd;
            }
        }
        throw new AssertionError("the backlog of one took " + crowd.size());
    }
}
