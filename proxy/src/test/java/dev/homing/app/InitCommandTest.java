// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.config.HomingConfig;
import dev.homing.demo.EngineSettings;
import dev.homing.demo.FakeEngine;
import dev.homing.survey.Site;
import dev.homing.wire.RecordingOrigin;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class InitCommandTest {

    @AutoClose
    private static final FakeEngine llama = FakeEngine.start(EngineSettings.llamaServer());

    @AutoClose
    private static final FakeEngine vllm =
            FakeEngine.start(EngineSettings.vllm().named("other"));

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Deque<String> answers = new ArrayDeque<>();
    private final List<String> questions = new ArrayList<>();
    private boolean terminal;

    @Test
    void whatItWritesToStandardOutputIsAConfigurationAndWhatItSawGoesToTheOther() throws ConfigErrors {
        assertThat(init("--backend", llama.url().toString())).isZero();

        HomingConfig config = ConfigReader.read("out", out.toString(), name -> null);
        assertThat(config.pools().get(0).backends().get(0).url()).isEqualTo(llama.url());
        assertThat(err.toString())
                .isEqualTo(llama.url()
                        + ": llama-server b10573-d775b8967, model demo-8b, 4 slots, context 65536, ready\n");
        assertThat(llama.stats().requests().received()).isZero();
    }

    @Test
    void theCheckOfWhatItWritesHasNoErrorAndNoWarning() {
        Path file = folder.resolve("homing.yaml");
        assertThat(init(
                        "--backend",
                        llama.url() + "/v1",
                        "--backend",
                        vllm.url().toString(),
                        "-o",
                        file.toString()))
                .isZero();
        assertThat(err.toString()).endsWith("wrote " + file + ": look it over, then: homing run -c " + file + "\n");
        err.getBuffer().setLength(0);

        assertThat(command().execute("check", "-c", file.toString(), "--probe")).isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().lines())
                .contains(
                        "backend  demo-8b/gpu-0 " + llama.url() + " weight 1.0 ready",
                        "backend  other/gpu-1 " + vllm.url() + " weight 1.0 ready");
    }

    @Test
    void whatItWritesServesTheSecondTurnFromTheFirstOnesCache() throws Exception {
        try (FakeEngine other = FakeEngine.start(EngineSettings.llamaServer())) {
            assertThat(init(
                            "--backend",
                            llama.url().toString(),
                            "--backend",
                            other.url().toString(),
                            "--listen",
                            "127.0.0.1:0"))
                    .isZero();
            try (RunningHoming homing = RunningHoming.start(out.toString().replace("127.0.0.1:9090", "none"))) {
                String asked = "A pigeon that is taken far from its loft flies home. How does it know the way?";
                HttpResponse<String> first = chat(homing.clients(), asked);
                HttpResponse<String> second = chat(homing.clients(), asked + " And at night?");

                assertThat(first.headers().firstValue("X-Homing-Decision")).hasValue("placed");
                assertThat(second.headers().firstValue("X-Homing-Decision")).hasValue("pinned");
                assertThat(second.headers().firstValue("X-Homing-Backend"))
                        .isEqualTo(first.headers().firstValue("X-Homing-Backend"));
                assertThat(second.body()).containsPattern("\"cached_tokens\":[1-9]");
            }
        }
    }

    private static HttpResponse<String> chat(URI homing, String content) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(homing.resolve("/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .header("X-Session-Id", "my-first-session")
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"" + content + "\"}]}"))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aFileThatIsThereStaysUnlessItIsForced() throws IOException {
        Path file = Files.writeString(folder.resolve("homing.yaml"), "mine");

        assertThat(init("--backend", llama.url().toString(), "-o", file.toString()))
                .isEqualTo(2);
        assertThat(file).hasContent("mine");
        assertThat(err.toString())
                .isEqualTo("homing init: " + file + ": exists already (expected: another file, or --force)\n");

        assertThat(init("--backend", llama.url().toString(), "-o", file.toString(), "--force"))
                .isZero();
        assertThat(file).content().startsWith("# One address");
    }

    @Test
    void aReplicaThatIsNotReachedIsWrittenDownAllTheSame() throws ConfigErrors {
        int port = RecordingOrigin.nowhere().getPort();

        assertThat(init("--backend", "127.0.0.1:" + port)).isZero();

        assertThat(ConfigReader.read("out", out.toString(), name -> null).pools())
                .hasSize(1);
        assertThat(err.toString().lines())
                .containsExactly(
                        "http://127.0.0.1:" + port + ": not reached (127.0.0.1:" + port + " refuses connections)");
    }

    @Test
    void thePortOfAReplicaOnThisMachineIsNotListenedAt() {
        assertThat(FreePort.from(8080, List.of(BackendUrl.of("localhost:8080"), BackendUrl.of("127.0.0.1:8081"))))
                .isEqualTo("127.0.0.1:8082");
        assertThat(FreePort.from(8080, List.of(BackendUrl.of("10.0.0.1:8080")))).isEqualTo("127.0.0.1:8080");
    }

    @Test
    void aReplicaAtTheUsualPortOfOperatorsKeepsIt() throws ConfigErrors {
        assertThat(init("--backend", "[::1]:9090", "--backend", "127.0.0.1:8080"))
                .isZero();

        HomingConfig config = ConfigReader.read("out", out.toString(), name -> null);
        assertThat(config.server().admin()).hasToString("127.0.0.1:9091");
        assertThat(config.server().listen().get(0).address()).hasToString("127.0.0.1:8081");
    }

    @Test
    void badUsageIsOneLineAndExit2() {
        assertThat(init()).isEqualTo(2);
        assertThat(init("--backend", "ftp://x")).isEqualTo(2);
        assertThat(init("--backend", "x", "--key-variable", "1A")).isEqualTo(2);
        assertThat(init("--backend", "x", "--key-variable", "UNSET")).isEqualTo(2);
        assertThat(init("--backend", "x", "--key-variable", "EMPTY")).isEqualTo(2);
        assertThat(init("--backend", "https://x", "--ca", "/no/such.pem")).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        "homing init: --backend: none, and no terminal to ask on (expected: --backend URL, once for each replica)",
                        "homing init: 'ftp://x' (expected: http://host:port or https://host:port)",
                        "homing init: --key-variable: '1A' (expected: the name of a variable)",
                        "homing init: --key-variable: UNSET is not set (expected: the replicas' API key, exported)",
                        "homing init: --key-variable: EMPTY is empty (expected: the replicas' API key, exported)",
                        "homing init: /no/such.pem: no such file");
    }

    @Test
    void anAddressThatCannotBeListenedAtIsToldAsTheCheckWouldTellIt() {
        assertThat(init("--backend", llama.url().toString(), "--listen", "nonsense"))
                .isEqualTo(2);

        assertThat(err.toString()).contains("homing init: listen: found \"nonsense\", expected host:port");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aFolderThatIsMissingIsTold() {
        Path file = folder.resolve("no/homing.yaml");

        assertThat(init("--backend", llama.url().toString(), "-o", file.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).endsWith("homing init: " + file + ": cannot be written: no such directory\n");
    }

    @Test
    void onATerminalAFewAnswersAreEnough() throws ConfigErrors, IOException {
        Path file = folder.resolve("asked.yaml");
        Path mine = Files.writeString(folder.resolve("mine.yaml"), "mine");
        terminal = true;
        answers.addAll(List.of("", "ftp://x", llama.url() + ", " + vllm.url(), "", mine.toString(), file.toString()));

        assertThat(init()).isZero();

        HomingConfig config = ConfigReader.read(file);
        assertThat(config.pools()).hasSize(2);
        assertThat(config.server().listen().get(0).address()).hasToString("127.0.0.1:8080");
        assertThat(questions).hasSize(6).last().isEqualTo("File to write [homing.yaml]: ");
        assertThat(mine).hasContent("mine");
        assertThat(err.toString())
                .contains(
                        "no address (expected: at least one)\n'ftp://x' (expected: http://host:port or https://host:port)\n",
                        mine + ": exists already (expected: another file, or --force)\n");
    }

    @Test
    void aKeyIsAskedForWhereOneIsWantedAndSentAtOnce() throws ConfigErrors {
        Path file = folder.resolve("keyed.yaml");
        terminal = true;
        Site site = Site.vllm().with("/v1/models", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
        try (RecordingOrigin origin = site.open()) {
            answers.addAll(List.of(
                    "127.0.0.1:" + origin.address().getPort(), "UNSET", "LLM_KEY", "0.0.0.0:8443", file.toString()));

            assertThat(init()).isZero();
            assertThat(origin.conversation(5).received()).contains("authorization: Bearer s3cret\r\n");
        }

        HomingConfig config = ConfigReader.read(file.toString(), read(file), name -> "other");
        assertThat(config.server().listen().get(0).address()).hasToString("0.0.0.0:8443");
        var sent = config.defaults().upstream().authorization();
        assertThat(sent).isNotNull();
        assertThat(sent.value()).isEqualTo("Bearer other");
    }

    @Test
    void whoeverLeavesInTheMiddleLeavesNothingBehind() {
        terminal = true;
        answers.addAll(List.of(llama.url().toString(), ""));

        assertThat(init()).isEqualTo(2);

        assertThat(err.toString()).endsWith("homing init: no answer (expected: one line)\n");
        assertThat(Path.of("homing.yaml")).doesNotExist();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private int init(String... arguments) {
        List<String> all = new ArrayList<>(List.of("init"));
        all.addAll(List.of(arguments));
        return command().execute(all.toArray(String[]::new));
    }

    private CommandLine command() {
        Questions asked = question -> {
            questions.add(question);
            return answers.poll();
        };
        return Main.commandLine(new InitCommand(
                        () -> terminal ? Optional.of(asked) : Optional.empty(),
                        Map.of("LLM_KEY", "s3cret", "EMPTY", "")::get))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
    }
}
