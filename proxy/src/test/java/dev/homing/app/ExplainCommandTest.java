// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainCommandTest {

    private static final String FOUR = """
            backends:
              - {id: gpu-0, url: "http://127.0.0.1:1"}
              - {id: gpu-1, url: "http://127.0.0.1:2"}
              - {id: gpu-2, url: "http://127.0.0.1:3"}
              - {id: gpu-3, url: "http://127.0.0.1:4"}
            """;
    private static final String POOLS = """
            pools:
              chat: {backends: [{id: a, url: "http://127.0.0.1:1"}]}
              embed: {backends: [{id: b, url: "http://127.0.0.1:2"}]}
            routes: [{match: {path_prefix: /v1/embeddings}, pool: embed}, {pool: chat}]
            """;

    @TempDir
    private Path folder;

    private Path file;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void name() {
        file = folder.resolve("homing.yaml");
    }

    /** The order and the first score are the golden vector's. */
    @Test
    void itTellsTheOrderWithItsScores() throws IOException {
        assertThat(explain(FOUR, "--session", "C99999/1708531200.000100")).isZero();

        assertThat(out.toString().lines())
                .hasSize(7)
                .startsWith("pool     default")
                .contains("1        gpu-2 score 3.102938765556 weight 1.0 ready", "placed   gpu-2");
        assertThat(out.toString().lines().skip(1).findFirst().orElseThrow()).matches("session  [0-9a-f]{16}");
        assertThat(out.toString()).containsSubsequence("gpu-2 ", "gpu-0 ", "gpu-3 ", "gpu-1 ");
        assertThat(out.toString()).doesNotContain("C99999");
        assertThat(err.toString()).isEmpty();
    }

    /** {@code d} belongs to gpu-0, then gpu-2; blanks around an id do not count. */
    @Test
    void whoTakesNoNewSessionsIsListedAndPassedOver() throws IOException {
        assertThat(explain(FOUR.replace("1:1\"", "1:1\", state: drain"), "--session", " d\t"))
                .isZero();
        assertThat(out.toString().lines())
                .contains("1        gpu-0 score 0.549667910638 weight 1.0 drain", "placed   gpu-2");

        assertThat(explain(FOUR.replace("\"}", "\", state: off}"), "--session", "d"))
                .isZero();
        assertThat(out.toString().lines()).last().isEqualTo("placed   nowhere: no backend is ready");
    }

    @Test
    void aSessionIsAnotherOneInEachPool() throws IOException {
        assertThat(explain(POOLS, "--session", "s")).isZero();
        assertThat(out.toString()
                        .lines()
                        .filter(line -> line.startsWith("session"))
                        .distinct())
                .hasSize(2);
        out.getBuffer().setLength(0);

        assertThat(explain(POOLS, "--session", "s", "--pool", "embed")).isZero();
        assertThat(out.toString().lines().filter(line -> line.startsWith("pool")))
                .containsExactly("pool     embed");
    }

    @Test
    void badUsageIsToldAndIsExitCodeTwo() throws IOException {
        assertThat(explain(POOLS, "--session", "s", "--pool", "nosuch")).isEqualTo(2);
        assertThat(err.toString()).contains("--pool: nosuch (expected: one of chat, embed)");
        assertThat(explain(POOLS, "--session", " \t")).isEqualTo(2);
        assertThat(err.toString()).contains("--session: blank");
        assertThat(explain(POOLS)).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aBadConfigurationIsToldAndIsExitCodeTwo() throws IOException {
        assertThat(explain(FOUR + "threads: many", "--session", "s")).isEqualTo(2);

        assertThat(err.toString()).contains(file + ":6:10: threads: found \"many\"");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void anIdThatNamesNoSessionByItselfIsNotExplained() throws IOException {
        assertThat(explain(FOUR + "affinity: {scope: authorization}", "--session", "s"))
                .isEqualTo(2);

        assertThat(err.toString()).contains("pool default: affinity.scope: authorization (expected: none");
        assertThat(out.toString()).isEmpty();
    }

    /** The others' order is as ever; who stands behind a name is not known here. */
    @Test
    void aNameThatStandsForSeveralReplicasIsNotedAndLeftOut() throws IOException {
        assertThat(explain(
                        "backends: [{id: n, url: 'dns+http://replicas:8000'}, {id: a, url: 'http://a:1'}]",
                        "--session",
                        "s"))
                .isZero();

        assertThat(out.toString().lines())
                .contains(
                        "note     n stands for the replicas of replicas:8000: a running proxy knows them, ask its /api/explain")
                .contains("placed   a")
                .noneMatch(line -> line.matches("[0-9]+ +n .*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "prefix"})
    void aHomeThatTheIdDoesNotMakeIsNoted(String home) throws IOException {
        assertThat(explain(FOUR + "affinity: {home: " + home + "}", "--session", "s"))
                .isZero();

        assertThat(out.toString().contains("note     home: prefix")).isEqualTo(home.equals("prefix"));
    }

    private int explain(String yaml, String... more) throws IOException {
        Files.writeString(file, yaml);
        String[] arguments = new String[more.length + 3];
        arguments[0] = "explain";
        arguments[1] = "-c";
        arguments[2] = file.toString();
        System.arraycopy(more, 0, arguments, 3, more.length);
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
