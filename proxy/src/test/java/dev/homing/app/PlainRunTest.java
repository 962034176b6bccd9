// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is understood without the library that reads command lines is what that would understand, and all else is left to it. */
final class PlainRunTest {

    @ParameterizedTest
    @ValueSource(strings = {"run -c homing.yaml", "run --config homing.yaml"})
    void theShortestWayIsUnderstood(String line) {
        assertThat(PlainRun.file(line.split(" "))).isEqualTo(Path.of("homing.yaml"));
        assertThat(Main.commandLine()
                        .parseArgs(line.split(" "))
                        .subcommand()
                        .matchedOptionValue("--config", Path.of("other")))
                .isEqualTo(Path.of("homing.yaml"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "run",
                "run -c",
                "run -c --takeover",
                "run -c @arguments",
                "run --takeover -c homing.yaml",
                "run -c homing.yaml --takeover",
                "run -c=homing.yaml",
                "check -c homing.yaml",
                "run --help homing.yaml"
            })
    void allElseIsNot(String line) {
        assertThat(PlainRun.file(line.isEmpty() ? new String[0] : line.split(" ", -1)))
                .isNull();
        assertThat(PlainRun.file("run", "-c", "")).isNull();
    }
}
