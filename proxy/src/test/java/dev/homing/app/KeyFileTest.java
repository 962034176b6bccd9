// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.exchange.ApiKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {

    private static final String HASH = "0123456789abcdef".repeat(4);

    @TempDir
    private Path directory;

    @Test
    void namesAndHashesAreReadAndCommentsPassedOver() throws IOException {
        Path file = write("# keys of the lab\n\nalice:" + HASH + "\n  bob.2-x_:" + HASH.replace('0', 'A') + "  \r\n");

        assertThat(KeyFile.read(file)).extracting(ApiKeys.Known::name).containsExactly("alice", "bob.2-x_");
        assertThat(KeyFile.read(file).get(0).sha256()).isEqualTo(HASH);
    }

    @Test
    void aFileWithoutKeysLetsNobodyIn() throws IOException {
        assertThat(KeyFile.read(write("# none yet\n"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-homing-a-pasted-key",
                "alice:12ab",
                "alice",
                ":",
                "a b:HASH",
                "-a:HASH",
                "alice:HASHf",
                "x HASH"
            })
    void aBadLineIsToldByItsNumberAndNeverQuoted(String line) throws IOException {
        Path file = write("alice:" + HASH + "\n" + line.replace("HASH", HASH.replace('1', '2')) + "\n");

        assertThatThrownBy(() -> KeyFile.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "keys: " + file + ":2: not a key's line (expected: name:sha256 with 64 hex digits")
                .hasMessageNotContaining("pasted");
    }

    @Test
    void aHashThatStandsTwiceIsRefused() throws IOException {
        Path file = write("alice:" + HASH + "\nbob:" + HASH.toUpperCase(java.util.Locale.ROOT) + "\n");

        assertThatThrownBy(() -> KeyFile.read(file))
                .hasMessage("keys: " + file + ":2: the hash of a line before (expected: each key once)");
    }

    @Test
    void aFileThatCannotBeReadIsTold() throws IOException {
        Path none = directory.resolve("none");
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});

        assertThatThrownBy(() -> KeyFile.read(none)).hasMessage("keys: " + none + ": no such file");
        assertThatThrownBy(() -> KeyFile.read(binary)).hasMessage("keys: " + binary + ": not a text in UTF-8");
        Path loop = Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
        assertThatThrownBy(() -> KeyFile.read(directory))
                .hasMessage("keys: " + directory + ": cannot be read: Is a directory");
        assertThatThrownBy(() -> KeyFile.read(loop))
                .hasMessageStartingWith("keys: " + loop + ": cannot be read: Too many levels of symbolic links");
    }

    private Path write(String text) throws IOException {
        return Files.write(directory.resolve("keys"), text.getBytes(StandardCharsets.UTF_8));
    }
}
