// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The snippets of {@code docs/clients.md} for programs of one's own, run as they stand there: the official SDKs, and curl. */
@EnabledIf("dev.homing.e2e.ClientTools#asked")
class RealSdksTest {

    private static final String HEADER = "header:x-session-id";

    /** What an event of a stream has of the answer. */
    private static final Pattern TOKEN = Pattern.compile("\"content\":\" [a-z]{3}\"");

    @TempDir
    private Path home;

    @AfterEach
    void unlinkModules() throws IOException {
        Files.deleteIfExists(home.resolve("node_modules"));
    }

    static Stream<ClientsDoc.Block> python() {
        return ClientsDoc.written("python").stream()
                .filter(block -> !block.section().startsWith("LiteLLM"));
    }

    static List<ClientsDoc.Block> typescript() {
        return ClientsDoc.written("ts");
    }

    static List<ClientsDoc.Block> java() {
        return ClientsDoc.written("java");
    }

    static Stream<ClientsDoc.Block> curl() {
        return ClientsDoc.written("sh").stream().filter(block -> block.text().startsWith("curl "));
    }

    @ParameterizedTest
    @MethodSource("python")
    @EnabledIf("dev.homing.e2e.ClientTools#python")
    void aSnippetForPythonComesHome(ClientsDoc.Block block) throws Exception {
        twoTurns(block, "talk.py", List.of(ClientTools.program("python", "python")));
    }

    @ParameterizedTest
    @MethodSource("typescript")
    @EnabledIf("dev.homing.e2e.ClientTools#node")
    void aSnippetForTypeScriptComesHome(ClientsDoc.Block block) throws Exception {
        ClientTools.linkModules(home);
        twoTurns(block, "talk.mts", List.of(ClientTools.program("node", "node")));
    }

    @Test
    @EnabledIf("dev.homing.e2e.ClientTools#node")
    void theSnippetsForTypeScriptHaveTheTypesThatTheSdksAskFor() throws Exception {
        ClientTools.linkModules(home);
        List<String> command = new ArrayList<>(List.of(
                ClientTools.program("node", "node"),
                "node_modules/typescript/bin/tsc",
                "--noEmit",
                "--strict",
                "--skipLibCheck",
                "--types",
                "node",
                "--target",
                "es2023",
                "--module",
                "nodenext"));
        for (ClientsDoc.Block block : typescript()) {
            String name = "talk" + command.size() + ".mts";
            Files.writeString(home.resolve(name), block.text());
            command.add(name);
        }

        ClientTools.run(home, Map.of(), command.toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("java")
    void aSnippetForJavaComesHome(ClientsDoc.Block block) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        twoTurns(block, "Talk.java", List.of(java, "-cp", System.getProperty("java.class.path")));
    }

    @ParameterizedTest
    @MethodSource("curl")
    void aCommandForCurlThatIsGivenTwiceComesHome(ClientsDoc.Block block) throws Exception {
        try (ClientScene scene = ClientScene.askedBy(block.text(), home)) {
            String command = scene.addressed(block.text());
            String said = ClientTools.run(home, Map.of(), "/bin/sh", "-ec", command + command);

            List<ClientCall> calls = scene.generated();
            ClientCall.assertTurns(calls, 2, HEADER, version(block));
            assertThat(said.split("data: \\[DONE]", -1))
                    .as("streams that have ended")
                    .hasSize(3);
            assertThat(TOKEN.matcher(said).results().count())
                    .isEqualTo(calls.stream().mapToLong(ClientCall::answered).sum());
        }
    }

    private void twoTurns(ClientsDoc.Block block, String file, List<String> interpreter) throws Exception {
        try (ClientScene scene = ClientScene.askedBy(block.text(), home)) {
            Files.writeString(home.resolve(file), scene.addressed(block.text()));
            List<String> command = new ArrayList<>(interpreter);
            command.add(file);
            String said = ClientTools.run(home, Map.of(), command.toArray(String[]::new));

            List<ClientCall> calls = scene.generated();
            ClientCall.assertTurns(calls, 2, HEADER, version(block));
            long answered = calls.stream().mapToLong(ClientCall::answered).sum();
            assertThat(ClientTools.words(said)).as("words of both answers").isEqualTo(answered);
        }
    }

    private static String version(ClientsDoc.Block block) {
        return block.text().contains("https://") ? "2" : "1.1";
    }
}
