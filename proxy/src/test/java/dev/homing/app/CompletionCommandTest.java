// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the script offers in a real bash. */
class CompletionCommandTest {

    private static final Path BASH = Path.of("/bin/bash");

    @TempDir
    private Path directory;

    @Test
    void commandsAreOffered() throws Exception {
        assertThat(offered("homing", "")).contains("run", "check", "simulate", "completion", "man");
        assertThat(offered("homing", "si")).containsExactly("simulate");
    }

    @Test
    void theOptionsOfACommandAreOffered() throws Exception {
        assertThat(offered("homing", "run", "--"))
                .contains("--config", "--takeover")
                .doesNotContain("--policy");
    }

    @Test
    void filesAreOfferedForAConfiguration() throws Exception {
        Files.createFile(directory.resolve("mine.yaml"));

        assertThat(offered("homing", "check", "--config", "mi")).containsExactly("mine.yaml");
    }

    private List<String> offered(String... words) throws Exception {
        assumeTrue(Files.isExecutable(BASH), BASH + " is not there: completion is not tried");
        StringWriter script = new StringWriter();
        int status = Main.commandLine().setOut(new PrintWriter(script)).execute("completion");
        assertThat(status).isZero();
        Path file = Files.writeString(directory.resolve("homing.bash"), script.toString());
        String typed = String.join("' '", words);
        Process bash = new ProcessBuilder(
                        BASH.toString(),
                        "--norc",
                        "-c",
                        // outside of a completion that a key began there is nothing to set options of
                        "compopt() { :; }; . '" + file + "'; COMP_WORDS=('" + typed + "'); COMP_CWORD="
                                + (words.length - 1)
                                + "; COMP_LINE=\"${COMP_WORDS[*]}\"; COMP_POINT=${#COMP_LINE};"
                                + " $(complete -p homing | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
                                + " && printf '%s\\n' \"${COMPREPLY[@]}\"")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(bash.exitValue()).as(said).isZero();
        return said.lines().toList();
    }
}
