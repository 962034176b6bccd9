// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.homing.app.DocumentedCommand;
import dev.homing.config.ConfigErrors;
import dev.homing.config.ConfigReader;
import dev.homing.config.HomingConfig;
import dev.homing.docs.Pages.Block;
import dev.homing.docs.Pages.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Every block of every page is of a kind that somebody tries: what stands behind its fence says which. A kind that is not listed here fails, so that
 * nothing is shown that nobody has tried.
 */
class CodeBlocksTest {

    /** What is done with a block of a kind. */
    private interface Trial {
        void of(Block block) throws Exception;
    }

    private static final Map<String, Trial> KINDS = Map.ofEntries(
            Map.entry("yaml", CodeBlocksTest::loads),
            Map.entry("sh", CodeBlocksTest::isCommands),
            Map.entry("json", block -> new ObjectMapper().readTree(block.text())),
            Map.entry("promql", CodeBlocksTest::asksForWhatThereIs),
            Map.entry("text", block -> assertThat(block.text()).isNotBlank()),
            Map.entry(
                    "python",
                    block -> accepted(block, "/usr/bin/python3", "-c", "import ast, sys; ast.parse(sys.stdin.read())")),
            Map.entry("logrotate", block -> assertThat(block.text()).contains("postrotate", "--signal=HUP")),
            // What other programs read; MigrationTest asks those of them that are installed.
            Map.entry("caddyfile", block -> assertThat(block.page().name()).isEqualTo("docs/migration.md")),
            Map.entry("haproxy", block -> assertThat(block.page().name()).isEqualTo("docs/migration.md")),
            Map.entry("nginx", block -> assertThat(block.page().name()).isEqualTo("docs/migration.md")),
            Map.entry("yaml envoy", CodeBlocksTest::isYaml),
            Map.entry("yaml litellm", CodeBlocksTest::isYaml));

    /** Programs that the pages start beside homing. Those of engines have to name flags that docs/backends.md explains. */
    private static final Set<String> PROGRAMS = Set.of(
            "apt",
            "cd",
            "curl",
            "docker",
            "echo",
            "editor",
            "export",
            "for",
            "git",
            "grep",
            "helm",
            "install",
            "java",
            "kill",
            "litellm",
            "mvn",
            "promtool",
            "redis-cli",
            "sha256sum",
            "systemctl",
            "tar");

    private static final String CLIENTS = "docs/clients.md";

    private static final Set<String> ENGINES = Set.of("llama-server", "vllm");
    private static final Pattern METRIC = Pattern.compile("\\bhoming_[a-z_]+\\b");

    @TestFactory
    Stream<DynamicTest> everyBlockIsTried() {
        return Pages.all().stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block -> !isOfClients(block))
                .map(block -> dynamicTest(block.toString(), () -> {
                    assertThat(KINDS.keySet())
                            .as("kinds, for %s", block.place())
                            .contains(block.kind());
                    KINDS.get(block.kind()).of(block);
                }));
    }

    /** Which of them each test takes, ClientsDocTest says. */
    @Test
    void theSnippetsOfClientsAreRunByAScriptOfTheirOwn() throws IOException {
        Path script = Pages.ROOT.resolve(".ci/clients");

        assertThat(Pages.page(CLIENTS).blocks()).anyMatch(CodeBlocksTest::isOfClients);
        assertThat(script).isExecutable();
        assertThat(Files.readString(script)).contains("-Dtest='RealSdksTest,RealAgentsTest'");
    }

    /** What is for a client's own file or language; commands are commands there too. */
    private static boolean isOfClients(Block block) {
        return block.page().name().equals(CLIENTS)
                && !block.kind().equals("sh")
                && !block.kind().isBlank();
    }

    @Test
    void blocksThatAreWrongAreSeen() {
        assertThatThrownBy(() -> loads(block("yaml", "affinity: {idle_tll: 1h}\n")))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> isCommands(block("sh", "./homing run --conf homing.yaml\n")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> isCommands(block("sh", "true && ./homing rum\n")))
                .isInstanceOf(Throwable.class);
        assertThatThrownBy(() -> isCommands(block("sh", "./homing version | while read\n")))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> isCommands(block("sh", "llama-server --no-such-flag\n")))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> asksForWhatThereIs(block("promql", "homing_request_total\n")))
                .isInstanceOf(AssertionError.class);
        assertThat(KINDS).doesNotContainKeys("", "bash", "mermaid");
    }

    @Test
    void commandsAreFoundInWhatShellsRead() {
        assertThat(ShellLines.commands(
                        "A=1 ./homing run -c f & # x\nfor p in 1 2; do echo \"a # b\" 'c;d' \\\n | grep e; done\n"))
                .containsExactly(
                        List.of("./homing", "run", "-c", "f"),
                        List.of("for", "p", "in", "1", "2"),
                        List.of("echo", "a # b", "c;d"),
                        List.of("grep", "e"));
        assertThat(ShellLines.commands("ask() { curl -d \"$1\" u; echo; }\nask x\n"))
                .containsExactly(List.of("curl", "-d", "$1", "u"), List.of("echo"), List.of("ask", "x"));
    }

    /** Loads as a configuration; a part of one is completed with a backend. */
    private static void loads(Block block) {
        String text = block.text();
        if (text.startsWith("# bad.yaml")) {
            assertThatThrownBy(() -> read(text))
                    .isInstanceOf(ConfigErrors.class); // what it says is DocumentationTest's
            return;
        }
        boolean whole = Pattern.compile("(?m)^(backends|pools):").matcher(text).find();
        try {
            read(whole ? text : text + "\nbackends: [{id: gpu-0, url: \"http://127.0.0.1:9101\"}]\n");
        } catch (ConfigErrors e) {
            throw new AssertionError(block.place() + ": " + e.getMessage(), e);
        }
    }

    private static HomingConfig read(String text) throws ConfigErrors {
        return ConfigReader.read(
                "block.yaml", text, variable -> variable.endsWith("HOST") ? "127.0.0.1" : "some-value");
    }

    private static void isYaml(Block block) {
        Object read = new Yaml(new SafeConstructor(new LoaderOptions())).load(block.text());
        assertThat(read).isInstanceOf(Map.class);
    }

    private static void isCommands(Block block) throws Exception {
        accepted(block, "/bin/bash", "-n");
        List<List<String>> commands = ShellLines.commands(block.text());
        assertThat(commands).isNotEmpty();
        for (List<String> command : commands) {
            String program = command.get(0).replaceFirst("^\\./", "");
            int arguments = argumentsOfHoming(program, command);
            if (arguments > 0) {
                DocumentedCommand.read(command.subList(arguments, command.size()).stream()
                        .map(word -> word.replaceAll("\\$\\w+", "1"))
                        .toList());
            } else if (ENGINES.contains(program)) {
                String explained = Pages.page("docs/backends.md").text();
                assertThat(command.stream().filter(word -> word.startsWith("--")))
                        .allSatisfy(flag -> assertThat(explained).contains("`" + flag));
            } else if (!block.text().contains(program + "() {") && !Files.isExecutable(Pages.ROOT.resolve(program))) {
                assertThat(PROGRAMS).as(block.place()).contains(program);
            }
        }
    }

    /** Where in a command homing's own arguments begin; 0 when it starts something else. */
    private static int argumentsOfHoming(String program, List<String> command) {
        boolean jar = program.equals("java")
                && command.size() > 2
                && command.get(1).equals("-jar")
                && command.get(2).matches("(.*/)?homing[^/]*\\.jar");
        return program.equals("homing") ? 1 : jar ? 3 : 0;
    }

    /** Whether it is sound PromQL is asked of promtool, in DeployTest. */
    private static void asksForWhatThereIs(Block block) {
        Set<String> known = Set.copyOf(Pattern.compile("(?m)^\\| `(homing_\\w+)`")
                .matcher(Pages.page("docs/metrics.md").text())
                .results()
                .map(found -> found.group(1))
                .toList());
        List<String> asked = METRIC.matcher(block.text())
                .results()
                .map(found -> found.group().replaceFirst("_(bucket|sum|count|max)$", ""))
                .toList();
        assertThat(asked).isNotEmpty();
        assertThat(known).containsAll(asked);
    }

    private static void accepted(Block block, String... program) throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of(program[0])),
                program[0] + " is not there: whether it takes " + block + " is not tried");
        Ran ran = Ran.of(new ProcessBuilder(program), block.text());
        assertThat(ran.status()).as("%s: %s", block.place(), ran.said()).isZero();
    }

    private static Block block(String kind, String text) {
        return new Block(new Page("a-page.md", ""), 1, kind, text);
    }
}
