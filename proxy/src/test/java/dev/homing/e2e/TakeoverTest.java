// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.demo.EngineSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process takes the place of another one that serves. */
@Tag("long")
class TakeoverTest {

    private static final int SESSIONS = 16;
    private static final int KNOCKERS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private Replicas replicas;
    private final List<HomingProcess> processes = new ArrayList<>();

    @BeforeEach
    void start() {
        replicas = Replicas.start(
                3, Replicas.fast(EngineSettings.Kind.LLAMA_SERVER).decode(200));
    }

    @AfterEach
    void stop() {
        processes.forEach(HomingProcess::close);
        replicas.close();
    }

    /** The first of them all, on ports that the system chooses. */
    private HomingProcess first() throws IOException {
        HomingProcess process =
                HomingProcess.serving(Files.writeString(directory.resolve("first.yaml"), replicas.yaml()));
        processes.add(process);
        return process;
    }

    /** A configuration with the addresses of {@code other}. */
    private Path inPlaceOf(HomingProcess other) throws IOException {
        String yaml = replicas.yaml()
                .replaceFirst("listen: .*", "listen: " + other.clients().getAuthority())
                .replaceFirst("admin: .*", "admin: " + other.operators().getAuthority());
        return Files.writeString(directory.resolve("next.yaml"), yaml);
    }

    private HomingProcess takingOver(HomingProcess other) throws IOException {
        HomingProcess process = HomingProcess.takingOver(inPlaceOf(other));
        processes.add(process);
        return process;
    }

    @Test
    void underLoadNoRequestFailsAndNoSessionMoves() throws Exception {
        HomingProcess old = first();
        Chat chat = new Chat(old.clients());
        moveSome(chat, new Operator(old.operators()));
        Talks talks = new Talks(chat, "talk", SESSIONS, 20);
        talks.begin();
        HomingProcess next;
        try (Knockers knockers = new Knockers(old.clients())) {
            awaitMore(talks, knockers);

            next = takingOver(old);
            awaitMore(talks, knockers);
            assertThat(old.exit()).isZero();
            awaitMore(talks, knockers);
            talks.end();
            knockers.end();
            assertThat(knockers.problems()).isEmpty();
        }

        assertThat(talks.failures()).isEmpty();
        assertThat(talks.homes())
                .hasSize(SESSIONS)
                .allSatisfy((session, homes) -> assertThat(homes).hasSize(1));
        Operator operator = new Operator(next.operators());
        assertThat(operator.metrics().count("homing_affinity_decisions_total", "decision=pinned"))
                .isPositive();
        assertThat(operator.metrics().count("homing_affinity_decisions_total", "decision=placed"))
                .isZero();
        assertThat(old.err()).contains("another process has taken over");
        assertThat(next.err()).doesNotContain("gets new connections until it closes");
        next.hasNoStackTrace();
        old.hasNoStackTrace();
    }

    /** Waits until everybody has had an answer or two more than now. */
    private static void awaitMore(Talks talks, Knockers knockers) {
        long knocked = knockers.knocks();
        talks.awaitTurns(2);
        Awaitility.await().atMost(PATIENCE).until(() -> knockers.knocks() >= knocked + 10 * KNOCKERS);
    }

    /** Where these are now is known from the table alone. */
    private static void moveSome(Chat chat, Operator operator) throws Exception {
        askAll(chat);
        operator.state(Replicas.id(0), "off");
        askAll(chat);
        operator.state(Replicas.id(0), "ready");
    }

    private static void askAll(Chat chat) throws Exception {
        for (int i = 0; i < SESSIONS; i++) {
            Chat.Told told = chat.ask(new Chat.Question("talk-" + i, List.of(), "hello", 1))
                    .get(30, TimeUnit.SECONDS);
            assertThat(told.problem()).isEmpty();
        }
    }

    @Test
    void withoutTheOptionASecondStartFailsAndTheFirstServesOn() throws Exception {
        HomingProcess old = first();

        HomingProcess second = HomingProcess.start("run", "-c", inPlaceOf(old).toString());
        processes.add(second);

        assertThat(second.exit()).isEqualTo(1);
        assertThat(second.err()).contains("listen: ").contains("Address already in use");
        assertThat(old.isAlive()).isTrue();
        assertThat(new Operator(old.operators()).get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void withoutAnybodyToTakeOverFromItIsAStartAsAnyOther() throws Exception {
        HomingProcess old = first();
        Path config = inPlaceOf(old);
        old.signal("TERM");
        assertThat(old.exit()).isZero();

        HomingProcess next = HomingProcess.takingOver(config);
        processes.add(next);

        assertThat(next.err()).contains("nobody to take over from");
        Chat.Told told =
                new Chat(next.clients()).ask(Chat.Question.alone("hello", 1)).get(30, TimeUnit.SECONDS);
        assertThat(told.problem()).isEmpty();
        HomingProcess second = HomingProcess.start("run", "-c", config.toString());
        processes.add(second);
        assertThat(second.exit()).isEqualTo(1);
    }

    /** Clients that ask without a pause, on another connection each time. */
    private static final class Knockers implements AutoCloseable {

        private final ExecutorService threads = Executors.newFixedThreadPool(KNOCKERS);
        private final Queue<String> problems = new ConcurrentLinkedQueue<>();
        private final AtomicLong knocks = new AtomicLong();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final URI clients;

        /** All of them have begun. */
        Knockers(URI clients) {
            this.clients = clients;
            for (int i = 0; i < KNOCKERS; i++) {
                threads.execute(this::knock);
            }
            threads.shutdown();
        }

        private void knock() {
            while (!ended.get()) {
                try (Socket socket = new Socket(clients.getHost(), clients.getPort())) {
                    socket.setSoTimeout(30_000);
                    socket.getOutputStream()
                            .write("GET /v1/models HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    String status = new BufferedReader(
                                    new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                            .readLine();
                    if (status == null || !status.startsWith("HTTP/1.1 200")) {
                        problems.add("answered " + status);
                    }
                } catch (IOException e) {
                    problems.add(e.toString());
                }
                knocks.incrementAndGet();
            }
        }

        long knocks() {
            return knocks.get();
        }

        List<String> problems() {
            return List.copyOf(problems);
        }

        /** Each one's knock is its last; returns when all have been answered. */
        void end() throws InterruptedException {
            close();
            assertThat(threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }

        /** Waits for nobody: a test that failed may have left them without an answer. */
        @Override
        public void close() {
            ended.set(true);
        }
    }
}
