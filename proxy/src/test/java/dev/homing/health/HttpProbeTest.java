// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.homing.config.Secret;
import dev.homing.config.UpstreamRules;
import dev.homing.health.RawServer.Script;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpProbeTest {

    private static final UpstreamRules.Tls NO_TLS = new UpstreamRules.Tls(null, null, null);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}";

    private static EventLoopGroup loops;

    private final HttpProbe probe = new HttpProbe(new HttpFetch(
            loops,
            NioSocketChannel::new,
            DefaultAddressResolverGroup.INSTANCE,
            tls -> {
                throw new IllegalStateException("ca.pem: no such file");
            },
            "homing/test"));

    @BeforeAll
    static void start() {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    @AfterAll
    static void stop() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private ProbeResult probe(BackendTarget target) throws Exception {
        return probe.probe(target).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private ProbeResult probe(RawServer server, Duration timeout) throws Exception {
        return probe(target("http://127.0.0.1:" + server.port(), timeout));
    }

    private ProbeResult probeOnce(Script script) throws Exception {
        try (RawServer server = RawServer.plain(script)) {
            return probe(server, LONG);
        }
    }

    private static BackendTarget target(String url, Duration timeout) {
        return new BackendTarget(
                new BackendTarget.Where(URI.create(url), null), "/health", Map.of(), null, NO_TLS, timeout);
    }

    private static ProbeResult answered(int code) {
        return new ProbeResult.Answered(code, false);
    }

    @Test
    void theRequestIsOneGetThatSaysWhoAsks() throws Exception {
        try (RawServer server = RawServer.plain(Script.text(GOOD))) {
            BackendTarget target = new BackendTarget(
                    new BackendTarget.Where(URI.create("http://127.0.0.1:" + server.port() + "/llm/"), null),
                    "/health?x=1",
                    Map.of("X-data-parallel-rank", new Secret("0")),
                    new Secret("Bearer s3cret"),
                    NO_TLS,
                    LONG);

            assertThat(probe(target)).isEqualTo(answered(200));
            assertThat(server.heads()).hasSize(1);
            assertThat(server.heads().get(0).toLowerCase(Locale.ROOT).split("\r\n"))
                    .containsExactlyInAnyOrder(
                            "get /llm/health?x=1 http/1.1",
                            "host: 127.0.0.1:" + server.port(),
                            "user-agent: homing/test",
                            "accept: */*",
                            "connection: close",
                            "authorization: bearer s3cret",
                            "x-data-parallel-rank: 0");
        }
    }

    @Test
    void withoutAuthorizationNoneIsSent() throws Exception {
        try (RawServer server = RawServer.plain(Script.text(GOOD))) {
            probe(server, LONG);

            assertThat(server.heads().get(0)).doesNotContainIgnoringCase("authorization");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 302, 401, 404, 500, 503})
    void theStatusIsTheAnswer(int code) throws Exception {
        String answer = "HTTP/1.1 " + code + " X\r\nContent-Length: 0\r\nLocation: http://127.0.0.1:1/\r\n\r\n";

        assertThat(probeOnce(Script.text(answer))).isEqualTo(answered(code));
    }

    @Test
    void aLlamaServerThatLoadsItsModelIsRecognised() throws Exception {
        String sample;
        try (InputStream in = HttpProbeTest.class.getResourceAsStream("llama-server-health-503-loading.http")) {
            sample = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }

        assertThat(probeOnce(Script.text(sample))).isEqualTo(new ProbeResult.Answered(503, true));
    }

    @Test
    void interimAnswersAreNotTheAnswer() throws Exception {
        String interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(500);

        assertThat(probeOnce(Script.text(interim + GOOD))).isEqualTo(answered(200));
    }

    @Test
    void aBodyThatEndsWithTheConnectionIsWhole() throws Exception {
        assertThat(probeOnce(Script.text("HTTP/1.0 200 OK\r\n\r\nfine"))).isEqualTo(answered(200));
    }

    @Test
    void aChunkedBodyIsRead() throws Exception {
        String answer =
                "HTTP/1.1 503 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n\"Load\r\na\r\ning model\"\r\n0\r\n\r\n";

        assertThat(probeOnce(Script.text(answer))).isEqualTo(new ProbeResult.Answered(503, true));
    }

    @Test
    void theStartTimeIsReadFromABodyInPieces() throws Exception {
        String lines = "some_metric{a=\"b\"} 1\n".repeat(10_000);
        String body = lines + "process_start_time_seconds 1.79e+09\n" + lines;
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;

        assertThat(startTime(Script.text(answer))).isEqualTo(new StartTime.Told(1.79e9));
    }

    @Test
    void theStartTimeIsReadFromAHeader() throws Exception {
        String answer = "HTTP/1.1 200 OK\r\nprocess-start-time-unix: 1790034567\r\nContent-Length: 0\r\n\r\n";

        assertThat(startTime(Script.text(answer))).isEqualTo(new StartTime.Told(1_790_034_567));
    }

    @Test
    void metricsWithoutAnEndAreReadUpToALimit() throws Exception {
        String endless = "x".repeat(HttpProbe.METRICS_LIMIT) + "\nprocess_start_time_seconds 17\n";
        String answer = "HTTP/1.1 200 OK\r\n\r\n" + endless;

        assertThat(startTime(Script.text(answer))).isInstanceOf(StartTime.class).isNotEqualTo(new StartTime.NoAnswer());
    }

    @Test
    void aBackendThatIsNotThereTellsNoStartTime() throws Exception {
        assertThat(startTime(Script.text("nonsense"))).isEqualTo(new StartTime.NoAnswer());
    }

    private StartTime startTime(Script script) throws Exception {
        try (RawServer server = RawServer.plain(script)) {
            return probe.startTime(target("http://127.0.0.1:" + server.port(), LONG))
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aBackendThatDoesNotListenRefuses() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }

        assertThat(probe(target("http://127.0.0.1:" + port, LONG)))
                .isEqualTo(new ProbeResult.Refused("127.0.0.1:" + port));
    }

    @Test
    void aRefusalIsToldFromOtherFailuresOnTheNativeTransportToo() throws Exception {
        assumeTrue(Epoll.isAvailable());
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        EventLoopGroup epoll = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            HttpProbe probe = new HttpProbe(new HttpFetch(
                    epoll, EpollSocketChannel::new, DefaultAddressResolverGroup.INSTANCE, tls -> null, "homing/test"));

            assertThat(probe.probe(target("http://127.0.0.1:" + port, LONG))
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS))
                    .isEqualTo(new ProbeResult.Refused("127.0.0.1:" + port));
        } finally {
            epoll.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    @Test
    void aNameThatDoesNotResolveIsNamed() throws Exception {
        assertThat(probe(target("http://no-such-host.invalid:80", LONG)))
                .isEqualTo(new ProbeResult.Failed("cannot resolve no-such-host.invalid"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // accepted, read, silent
                "HTTP/1.1 200",
                "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{",
                "HTTP/1.1 103 Early Hints\r\n\r\n"
            })
    void aBackendThatHangsTimesOutAndIsLeft(String beginning) throws Exception {
        Duration timeout = Duration.ofMillis(200);
        try (RawServer server = RawServer.plain(Script.hanging(beginning))) {
            assertThat(probe(server, timeout)).isEqualTo(new ProbeResult.TimedOut(timeout));
            await().atMost(5, TimeUnit.SECONDS)
                    .until(() -> server.connections().get(0).getInputStream().read() < 0);
        }
    }

    @Test
    void aConnectionThatIsNeverAcceptedTimesOut() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            Duration timeout = Duration.ofMillis(200);

            assertThat(probe(target("http://127.0.0.1:" + silent.getLocalPort(), timeout)))
                    .isEqualTo(new ProbeResult.TimedOut(timeout));
        }
    }

    @Test
    void aConnectionThatClosesWithoutAnAnswerFails() throws Exception {
        assertThat(probeOnce(out -> true)).isEqualTo(new ProbeResult.Failed("closed before an answer"));
    }

    @Test
    void anAnswerThatIsCutFails() throws Exception {
        assertThat(probeOnce(Script.text("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{")))
                .isEqualTo(new ProbeResult.Failed("closed within the answer"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0015\u0003\u0001\u0000\u0002\u0002\u0016 not http at all\r\n\r\n",
                "HTTP/1.1 abc OK\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            })
    void whatIsNotHttpFails(String garbage) throws Exception {
        ProbeResult result = probeOnce(Script.text(garbage));

        assertThat(result).isInstanceOf(ProbeResult.Failed.class);
        assertThat(result.text()).startsWith("probe failed (the answer is not HTTP: ");
    }

    @Test
    void anEndlessHeadFails() throws Exception {
        ProbeResult result = probeOnce(out -> {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.ISO_8859_1));
            byte[] header = ("X-A: " + "a".repeat(1000) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < 100_000; i++) {
                out.write(header);
            }
            return true;
        });

        assertThat(result).isInstanceOf(ProbeResult.Failed.class);
    }

    @Test
    void ofAHugeBodyOnlyTheBeginningIsRead() throws Exception {
        AtomicLong sent = new AtomicLong();
        Script huge = out -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            byte[] part = new byte[10_000];
            for (int i = 0; i < 10_000; i++) {
                out.write(part);
                sent.addAndGet(part.length);
            }
            return true;
        };
        try (RawServer server = RawServer.plain(huge)) {
            assertThat(probe(server, LONG)).isEqualTo(answered(200));
            // the server is told to stop: what lies in the sockets' buffers is all it could send
            await().during(200, TimeUnit.MILLISECONDS)
                    .atMost(5, TimeUnit.SECONDS)
                    .until(() -> {
                        long before = sent.get();
                        Thread.sleep(50);
                        return sent.get() == before;
                    });
            assertThat(sent.get()).isLessThan(50_000_000);
        }
    }

    @Test
    void aBackendThatNeedsTlsWhichCannotBeSetUpFails() throws Exception {
        assertThat(probe(target("https://127.0.0.1:1", LONG)))
                .isEqualTo(new ProbeResult.Failed("ca.pem: no such file"));
    }

    @Test
    void aHeaderThatHttpForbidsFails() throws Exception {
        BackendTarget target = new BackendTarget(
                new BackendTarget.Where(URI.create("http://127.0.0.1:1"), null),
                "/health",
                Map.of("X-A", new Secret("a\r\nb")),
                null,
                NO_TLS,
                LONG);

        assertThat(probe(target)).isInstanceOf(ProbeResult.Failed.class);
    }

    /** Netty has the channel made before it has a connection to fail. */
    @Test
    void whenThereIsNoFileForItsSocketItIsUnsent() throws Exception {
        HttpProbe starved = new HttpProbe(new HttpFetch(
                loops,
                () -> {
                    throw new ChannelException(new IOException("Too many open files"));
                },
                DefaultAddressResolverGroup.INSTANCE,
                tls -> {
                    throw new AssertionError("no TLS");
                },
                "homing/test"));

        ProbeResult result = starved.probe(target("http://127.0.0.1:1", LONG))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);

        assertThat(result).isEqualTo(new ProbeResult.Unsent("Too many open files"));
    }

    @Test
    void loopsThatAreShutDownFailTheProbe() throws Exception {
        EventLoopGroup down = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        down.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        HttpProbe orphan = new HttpProbe(new HttpFetch(
                down, NioSocketChannel::new, DefaultAddressResolverGroup.INSTANCE, tls -> null, "homing/test"));

        assertThat(orphan.probe(target("http://127.0.0.1:1", LONG))
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS))
                .isInstanceOf(ProbeResult.Failed.class);
    }

    @Test
    void theSlotsOfALlamaServerAreAskedForAsWhatProbesAskForIs() throws Exception {
        String sample;
        try (InputStream in = HttpProbeTest.class.getResourceAsStream("llama-server-props.http")) {
            sample = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
        try (RawServer server = RawServer.plain(Script.text(sample))) {
            BackendTarget target = new BackendTarget(
                    new BackendTarget.Where(URI.create("http://127.0.0.1:" + server.port() + "/llm"), null),
                    "/health",
                    Map.of(),
                    new Secret("Bearer s3cret"),
                    NO_TLS,
                    LONG);

            assertThat(slots(target)).isEqualTo(new SlotCount.Told(4));
            assertThat(server.heads().get(0))
                    .startsWith("GET /llm/props HTTP/1.1\r\n")
                    .containsIgnoringCase("authorization: Bearer s3cret\r\n");
        }
    }

    @Test
    void anEngineWithoutPropertiesTellsNoSlots() throws Exception {
        String answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 22\r\n\r\n{\"detail\":\"Not Found\"}";
        try (RawServer server = RawServer.plain(Script.text(answer))) {
            assertThat(slots(target("http://127.0.0.1:" + server.port(), LONG))).isEqualTo(new SlotCount.Silent(404));
        }
    }

    @Test
    void whatCameInsteadOfSlotsIsTold() throws Exception {
        Duration timeout = Duration.ofMillis(200);
        try (RawServer server = RawServer.plain(Script.hanging(""))) {
            assertThat(slots(target("http://127.0.0.1:" + server.port(), timeout)))
                    .isEqualTo(new SlotCount.NoAnswer("probe timed out after 0.2s"));
        }
    }

    private SlotCount slots(BackendTarget target) throws Exception {
        return probe.slots(target).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
