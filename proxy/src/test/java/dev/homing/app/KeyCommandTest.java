// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    @Test
    void theLineBelowTheKeyIsWhatTheFileWants() throws Exception {
        assertThat(run("alice")).isZero();

        String[] lines = out.toString().split("\\R");
        assertThat(lines).hasSize(2);
        assertThat(lines[0]).matches("sk-homing-[A-Za-z0-9_-]{43}");
        assertThat(lines[1]).startsWith("alice:").doesNotContain(lines[0]);
        Path file = Files.writeString(directory.resolve("keys"), lines[1] + "\n");
        assertThat(KeyFile.read(file).get(0).sha256())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(lines[0].getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void noTwoKeysAreTheSame() {
        run("alice");
        String first = out.toString();
        out.getBuffer().setLength(0);
        run("alice");

        assertThat(out.toString()).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:b", "-a", "\u00e4"})
    void aNameThatTheFileCouldNotHoldIsRefused(String name) {
        assertThat(run(name)).isEqualTo(2);
        assertThat(err.toString()).contains("NAME: '" + name + "' (expected: 1 to 64 letters, digits");
        assertThat(out.toString()).isEmpty();
    }

    private int run(String name) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute("key", "--", name);
    }
}
