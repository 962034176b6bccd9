// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every command has in common. */
class MainTest {

    private static final String VERSION =
            "homing \\S+ \\(commit \\S+\\), Java .*, I/O (io_uring|epoll|nio), TLS (BoringSSL|JDK)\\R";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "check",
                "init",
                "demo",
                "replica",
                "simulate",
                "explain",
                "key",
                "version",
                "completion",
                "man"
            })
    void helpAndVersionAreToldByEveryCommand(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: homing " + command);
        out.getBuffer().setLength(0);

        assertThat(run(command, "--version")).isZero();
        assertThat(out.toString()).matches(VERSION);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theProgramTellsItsVersionEitherWay() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).matches(VERSION);
        out.getBuffer().setLength(0);

        assertThat(run("version")).isZero();
        assertThat(out.toString()).matches(VERSION);
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
