// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Programs with sessions of their own, configured as {@code docs/clients.md} says: two coding agents, and LiteLLM's proxy in front. */
@EnabledIf("dev.homing.e2e.ClientTools#asked")
class RealAgentsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path home;

    @Test
    @EnabledIf("dev.homing.e2e.ClientTools#node")
    void codexComesHomeWhenItsSessionIsResumed() throws Exception {
        try (ClientScene scene = ClientScene.plain()) {
            write(scene, "Codex", home);
            String codex = modules().resolve(".bin/codex").toString();
            String first = codex(codex, "Say hello.");
            String second = codex(codex, "resume", "--last", "And again.");

            List<ClientCall> calls = scene.generated();
            ClientCall.assertTurns(calls, 2, "header:session-id", "1.1");
            assertThat(calls).extracting(ClientCall::name).containsOnly("POST /v1/responses");
            assertThat(ClientTools.words(first)).isEqualTo(calls.get(0).answered());
            assertThat(ClientTools.words(second)).isEqualTo(calls.get(1).answered());
        }
    }

    private String codex(String program, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 3];
        command[0] = program;
        command[1] = "exec";
        command[2] = "--skip-git-repo-check";
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return ClientTools.run(home, Map.of(), command);
    }

    @Test
    @EnabledIf("dev.homing.e2e.ClientTools#node")
    void openCodeComesHomeWithItsTitleUnderTheSameSession() throws Exception {
        try (ClientScene scene = ClientScene.plain()) {
            write(scene, "OpenCode", home);
            String program = modules()
                    .resolve("opencode-linux-x64-baseline/bin/opencode")
                    .toString();
            Map<String, String> quiet =
                    Map.of("OPENCODE_DISABLE_MODELS_FETCH", "1", "OPENCODE_DISABLE_AUTOUPDATE", "1");
            String first = ClientTools.run(home, quiet, program, "run", "-m", "homing/my-model", "Say hello.");
            String second = ClientTools.run(home, quiet, program, "run", "-c", "-m", "homing/my-model", "And again.");

            List<ClientCall> calls = scene.generated();
            assertThat(calls).hasSize(3).allSatisfy(ClientCall::assertWhole);
            assertThat(calls).extracting(ClientCall::source).containsOnly("header:x-session-id");
            assertThat(calls)
                    .extracting(ClientCall::session)
                    .containsOnly(calls.get(0).session());
            assertThat(calls).extracting(ClientCall::decision).containsExactly("placed", "pinned", "pinned");
            ClientCall title = calls.stream()
                    .min(Comparator.comparingLong(ClientCall::prompt))
                    .orElseThrow();
            List<ClientCall> turns =
                    calls.stream().filter(call -> !call.equals(title)).toList();
            assertThat(title.cached()).isZero();
            assertThat(turns.get(1).cached()).isGreaterThan(turns.get(0).prompt() / 2);
            assertThat(ClientTools.words(first)).isEqualTo(turns.get(0).answered());
            assertThat(ClientTools.words(second)).isEqualTo(turns.get(1).answered());
        }
    }

    @Test
    @EnabledIf("dev.homing.e2e.ClientTools#litellm")
    void liteLlmHandsTheSessionOn() throws Exception {
        try (ClientScene scene = ClientScene.plain()) {
            List<ClientsDoc.Block> blocks = write(scene, "LiteLLM in front", home);
            int port = freePort();
            Path out = home.resolve("litellm.log");
            String start = only(blocks, "sh").replace("4000", String.valueOf(port));
            Process litellm = ClientTools.start(
                    home, Map.of("LITELLM_LOCAL_MODEL_COST_MAP", "True"), out, "/bin/sh", "-ec", start);
            try {
                awaitAlive(litellm, port, out);
                Path talk = Files.writeString(
                        home.resolve("talk.py"), only(blocks, "python").replace("4000", String.valueOf(port)));
                String said =
                        ClientTools.run(home, Map.of(), ClientTools.program("litellm", "python"), talk.toString());

                List<ClientCall> calls = scene.generated();
                ClientCall.assertTurns(calls, 2, "header:x-litellm-session-id", "1.1");
                assertThat(ClientTools.words(said))
                        .isEqualTo(
                                calls.stream().mapToLong(ClientCall::answered).sum());
            } finally {
                ClientTools.stop(litellm);
            }
        }
    }

    private static void awaitAlive(Process litellm, int port, Path out) {
        HttpRequest ask = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/liveliness"))
                .timeout(Duration.ofSeconds(5))
                .build();
        Awaitility.await("LiteLLM answers")
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    if (!litellm.isAlive()) {
                        throw new AssertionError(Files.readString(out) + Files.readString(ClientTools.errors(out)));
                    }
                    return HttpClient.newHttpClient()
                                    .send(ask, BodyHandlers.discarding())
                                    .statusCode()
                            == 200;
                });
    }

    private static Path modules() {
        return Path.of(System.getProperty("homing.clients"), "node", "node_modules");
    }

    /** Writes the files that a section has, for this proxy; its blocks. */
    private static List<ClientsDoc.Block> write(ClientScene scene, String section, Path home) throws IOException {
        List<ClientsDoc.Block> blocks = ClientsDoc.of(section);
        for (ClientsDoc.Block block : blocks) {
            if (!block.file().isEmpty()) {
                Path file = home.resolve(block.file().replace("~/", ""));
                Files.createDirectories(file.getParent());
                Files.writeString(file, scene.addressed(block.text()));
            }
        }
        return blocks;
    }

    private static String only(List<ClientsDoc.Block> blocks, String language) {
        List<String> texts = blocks.stream()
                .filter(block -> block.language().equals(language))
                .map(ClientsDoc.Block::text)
                .toList();
        assertThat(texts).hasSize(1);
        return texts.get(0);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
