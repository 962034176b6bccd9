// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.demo.EngineSettings;
import dev.homing.wire.Io;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A proxy in a process of its own that may open few files, and more clients than that. */
@Tag("long")
class OutOfFilesTest {

    private static final int FILES = 300;
    private static final int STREAMS = 30;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    @TempDir
    private Path directory;

    static Stream<Io> transports() {
        return Io.available();
    }

    @BeforeEach
    void filesCanBeCounted() {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "Linux");
    }

    @ParameterizedTest
    @MethodSource("transports")
    void outOfFilesItAnswers503BlamesNoBackendKeepsCalmAndRecovers(Io io) throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (Replicas replicas = Replicas.start(
                        2, Replicas.fast(EngineSettings.Kind.VLLM).decode(20));
                HomingProcess homing = HomingProcess.limited(FILES, file(replicas, io), directory)) {
            Operator operator = new Operator(homing.operators());
            operator.awaitReady(200);
            assertThat(status(homing)).isEqualTo("200");
            int filesBefore = homing.files();
            while (clients.size() < FILES) {
                clients.add(new RawClient(homing.clients()));
            }
            homing.awaitErr("no connection can be accepted");

            List<String> answers = new ArrayList<>();
            for (RawClient client : clients.subList(0, STREAMS)) {
                // each that goes on needs a connection of its own
                answers.add(told(client.chat("hello", 4_000)));
            }
            assertThat(answers).allMatch(answer -> answer.startsWith("200") || answer.startsWith("503"));
            assertThat(answers.stream().filter(answer -> answer.startsWith("503")))
                    .isNotEmpty()
                    .allMatch(answer -> answer.contains("Retry-After: ") && answer.contains("out of file descriptors"));
            assertThat(homing.files()).isGreaterThan(FILES - 5);
            keepsCalm(homing);

            RawClient waiting = clients.remove(clients.size() - 1);
            for (RawClient client : clients) {
                client.close();
            }
            assertThat(answer(waiting)).as("a client that waited").startsWith("200");
            waiting.close();
            for (int i = 0; i < 20; i++) {
                assertThat(status(homing)).isEqualTo("200");
            }
            homing.awaitErr("connections are accepted again");
            for (int i = 0; i < replicas.size(); i++) {
                JsonNode backend = operator.backend(Replicas.id(i));
                assertThat(backend.path("healthy").asBoolean())
                        .as("%s", backend)
                        .isTrue();
                assertThat(backend.path("inflight").asInt()).isZero();
            }
            assertThat(homing.err()).doesNotContain(" is down", "ejected");
            Awaitility.await("its files are closed").atMost(PATIENCE).until(() -> homing.files() < filesBefore + 20);
            homing.signal("TERM");
            assertThat(homing.exit()).isZero();
            homing.hasNoStackTrace();
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    /** Several probes and many accepts fail in the meantime. */
    private static void keepsCalm(HomingProcess homing) throws InterruptedException {
        int lines = homing.err().split("\n").length;
        Duration before = homing.cpu();
        Thread.sleep(3_000);
        assertThat(homing.cpu().minus(before)).as("CPU time in 3 s").isLessThan(Duration.ofMillis(1_500));
        assertThat(homing.err().split("\n").length - lines).as("lines in 3 s").isLessThan(50);
        assertThat(homing.err().split("no connection can be accepted", -1)).hasSize(2);
    }

    private static String status(HomingProcess homing) throws IOException {
        try (RawClient client = new RawClient(homing.clients())) {
            return answer(client).substring(0, 3);
        }
    }

    private static String answer(RawClient client) throws IOException {
        return told(client.send("GET /v1/models HTTP/1.1\r\nHost: homing\r\n\r\n"));
    }

    /** What a client is told, from the status on; of a stream its head. */
    private static String told(RawClient client) throws IOException {
        String head = client.readUntil("\r\n\r\n");
        Matcher length = LENGTH.matcher(head);
        StringBuilder body = new StringBuilder();
        for (int left = length.find() ? Integer.parseInt(length.group(1)) : 0; left > 0; left--) {
            body.append((char) client.in().read());
        }
        return head.substring("HTTP/1.1 ".length()) + body;
    }

    private Path file(Replicas replicas, Io io) throws IOException {
        return Files.writeString(
                directory.resolve("homing.yaml"),
                replicas.yaml(
                        "io: " + io.name().toLowerCase(Locale.ROOT),
                        "limits: {connections: 100000}",
                        "health: {interval: 200ms, fall: 2}"));
    }
}
