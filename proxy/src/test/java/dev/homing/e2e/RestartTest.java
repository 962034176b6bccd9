// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.homing.app.RunningHoming;
import dev.homing.demo.EngineSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy with a snapshot stops, and another one takes its place. */
@Tag("long")
class RestartTest {

    private static final int SESSIONS = 24;
    private static final long LIMIT_SECONDS = 60;
    private static final int SHORT = 2;
    private static final int LONG = 500;

    @TempDir
    private Path directory;

    private Replicas replicas;
    private String yaml;

    @BeforeEach
    void start() {
        replicas = Replicas.start(
                3, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).decode(200));
        yaml = replicas.yaml("affinity: {snapshot: " + directory.resolve("table") + "}");
    }

    @AfterEach
    void stop() {
        replicas.close();
    }

    /** Half of the sessions are moved first: where they are now is known from the table alone. */
    @Test
    void aRestartUnderLoadKeepsEveryPlacement() throws Exception {
        Path config = Files.writeString(directory.resolve("homing.yaml"), yaml);
        Map<String, String> homes;
        try (HomingProcess homing = HomingProcess.serving(config)) {
            Chat chat = new Chat(homing.clients());
            Operator operator = new Operator(homing.operators());
            ask(chat, SHORT);
            operator.state(Replicas.id(0), "off");
            ask(chat, SHORT);
            operator.state(Replicas.id(0), "ready");
            homes = homes(ask(chat, SHORT), "pinned");
            long before = replicas.sum(stats -> stats.requests().received());
            List<CompletableFuture<Chat.Told>> load = begin(chat, LONG);
            Awaitility.await("all have reached their replicas")
                    .atMost(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .until(() -> replicas.sum(stats -> stats.requests().received()) == before + SESSIONS);
            homing.signal("TERM");
            assertThat(homes(await(load), "pinned")).isEqualTo(homes);
            assertThat(homing.exit()).isZero();
            homing.hasNoStackTrace();
        }
        assertThat(homes).containsValues(Replicas.id(1), Replicas.id(2)).doesNotContainValue(Replicas.id(0));

        try (HomingProcess homing = HomingProcess.serving(config)) {
            assertThat(homing.err()).contains(SESSIONS + " sessions restored, 0 expired meanwhile");
            Chat chat = new Chat(homing.clients());

            assertThat(homes(ask(chat, SHORT), "pinned")).isEqualTo(homes);

            Scrape metrics = new Operator(homing.operators()).metrics();
            assertThat(metrics.count("homing_sessions")).isEqualTo(SESSIONS);
            assertThat(metrics.count("homing_affinity_decisions_total", "decision=placed"))
                    .isZero();
        }
    }

    @Test
    void withoutASnapshotSessionsAreNewAndPlacedWhereTheyFirstWere() {
        Map<String, String> homes;
        try (RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            homes = homes(ask(new Chat(homing.clients()), SHORT), "placed");
        }
        try (RunningHoming homing = RunningHoming.start(replicas.yaml())) {
            assertThat(homes(ask(new Chat(homing.clients()), SHORT), "placed")).isEqualTo(homes);
        }
    }

    @Test
    void sessionsOfABackendThatIsGoneArePlacedAnewAndTheOthersStay() {
        Map<String, String> homes;
        try (RunningHoming homing = RunningHoming.start(yaml)) {
            homes = homes(ask(new Chat(homing.clients()), SHORT), "placed");
        }
        assertThat(homes).containsValue(Replicas.id(1));
        String smaller = yaml.replaceFirst("  - \\{id: replica-1.*\\R", "");
        try (RunningHoming homing = RunningHoming.start(smaller)) {
            for (Chat.Told told : ask(new Chat(homing.clients()), SHORT)) {
                String before = homes.get(told.question().session());
                boolean gone = before.equals(Replicas.id(1));
                assertThat(told.decision()).isEqualTo(gone ? "placed" : "pinned");
                assertThat(told.backend().equals(before)).isEqualTo(!gone);
            }
        }
    }

    @Test
    void aDamagedSnapshotDoesNotKeepTheProxyFromServing() throws Exception {
        Files.write(directory.resolve("table"), new byte[] {'H', 'O', 'M'});
        try (RunningHoming homing = RunningHoming.start(yaml)) {
            homes(ask(new Chat(homing.clients()), SHORT), "placed");
        }
        assertThat(directory.resolve("table.refused")).hasBinaryContent(new byte[] {'H', 'O', 'M'});
        try (RunningHoming homing = RunningHoming.start(yaml)) {
            homes(ask(new Chat(homing.clients()), SHORT), "pinned");
        }
    }

    /** A vLLM that computes answers its probe late: its sessions are not moved because the proxy that came back knows nothing of it yet. */
    @Test
    void sessionsComeBackToAReplicaThatIsSlowToAnswerItsFirstProbe() throws Exception {
        AtomicReference<Duration> delay = new AtomicReference<>(Duration.ZERO);
        HttpServer slow = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        slow.createContext("/", exchange -> {
            try (exchange) {
                if (exchange.getRequestURI().getPath().equals("/health")) {
                    TimeUnit.MILLISECONDS.sleep(delay.get().toMillis());
                }
                exchange.sendResponseHeaders(200, -1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        slow.start();
        String backends = "backends: [{id: slow, url: 'http://127.0.0.1:"
                + slow.getAddress().getPort() + "'}]\n";
        String config = yaml.substring(0, yaml.indexOf("backends:")) + backends;
        try {
            try (RunningHoming homing = RunningHoming.start(config)) {
                assertThat(decision(homing)).isEqualTo("placed");
            }
            delay.set(Duration.ofMillis(1_500));
            try (RunningHoming homing = RunningHoming.start(config)) {
                assertThat(decision(homing)).isEqualTo("pinned");
            }
        } finally {
            slow.stop(0);
        }
    }

    private static String decision(RunningHoming homing) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(homing.clients())
                .header("X-Session-Id", "one")
                .timeout(Duration.ofSeconds(LIMIT_SECONDS))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.headers().firstValue("X-Homing-Decision").orElse("none");
    }

    private static List<Chat.Told> ask(Chat chat, int tokens) {
        return await(begin(chat, tokens));
    }

    private static List<CompletableFuture<Chat.Told>> begin(Chat chat, int tokens) {
        return IntStream.range(0, SESSIONS)
                .mapToObj(i -> chat.ask(new Chat.Question("kept-" + i, List.of(), "hello", tokens)))
                .toList();
    }

    private static List<Chat.Told> await(List<CompletableFuture<Chat.Told>> asked) {
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
        return asked.stream().map(CompletableFuture::join).toList();
    }

    /** The backend of each session, when all went well and for that reason. */
    private static Map<String, String> homes(List<Chat.Told> answers, String decision) {
        Map<String, String> homes = new HashMap<>();
        for (Chat.Told told : answers) {
            assertThat(told.problem()).isEmpty();
            assertThat(told.decision()).isEqualTo(decision);
            homes.put(told.question().session(), told.backend());
        }
        return homes;
    }
}
