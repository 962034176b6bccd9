// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are no configuration at all, and YAML that is not safe: one clear line each. */
class DocumentTest {

    private static final String GOOD = "backends: [{id: a, url: 'http://127.0.0.1:9101'}]\n";

    static Stream<Arguments> unusable() {
        return Stream.of(
                Arguments.of("", "h.yaml:1:1: found an empty file, expected a mapping with backends or pools"),
                Arguments.of(
                        "# nothing\n", "h.yaml:1:1: found an empty file, expected a mapping with backends or pools"),
                Arguments.of("---\n", "h.yaml:2:1: found nothing, expected a mapping with backends or pools"),
                Arguments.of(
                        "{}",
                        "h.yaml:1:1: found neither backends nor pools, expected backends: a list, each item a mapping with id and url"),
                Arguments.of("hello", "h.yaml:1:1: found \"hello\", expected a mapping with backends or pools"),
                Arguments.of("- a", "h.yaml:1:1: found a list, expected a mapping with backends or pools"),
                Arguments.of("backends:\n", "h.yaml:1:10: backends: found nothing, expected a list that is not empty"),
                Arguments.of(
                        "backends: []",
                        "h.yaml:1:11: backends: found an empty list, expected a list that is not empty"),
                Arguments.of(GOOD + "---\na: b\n", "h.yaml:2:1: found a second document (---), expected one"),
                Arguments.of(
                        GOOD + "io: nio\nio: nio\n",
                        "h.yaml:3:1: io: found the same key as on line 2, expected each key once"),
                Arguments.of(
                        GOOD + "health:\n\tfall: 2\n",
                        "h.yaml:3:1: found a tab, expected spaces (YAML forbids tabs as indentation)"),
                Arguments.of(
                        GOOD + "admin_token: !x!y z\n",
                        "h.yaml:2:14: found a YAML tag (!), expected a value without one"),
                Arguments.of(
                        GOOD + "? [a, b]\n: c\n", "h.yaml:2:3: found a key that is no plain text, expected a name"),
                Arguments.of(
                        GOOD + "retry: {<<: {attempts: 1}}\n",
                        "h.yaml:2:9: retry.<<: found an unknown key, expected the keys themselves: merge keys are not read"),
                Arguments.of("a\n\u0007b", "h.yaml:2:1: found the character U+0007, expected printable text"),
                Arguments.of(
                        GOOD + "threads: \"\\UFFFFFFFF\"\n",
                        "h.yaml:2:13: found an escape (\\) that stands for no character, expected one that does"),
                Arguments.of(
                        GOOD + "health: &h {fall: *h}\n",
                        "h.yaml:2:19: health.fall: found an alias (*) of an anchor that does not stand before it, expected a value"));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void whatIsNoConfigurationIsRefusedWithOneLine(String yaml, String error) {
        assertThat(Project.errors(yaml)).containsExactly(error);
    }

    @Test
    void brokenSyntaxNamesItsPlaceAndShowsNothingOfTheFile() {
        assertThat(Project.errors("admin_token: s3cret\n" + GOOD + "health: {fall: 2\nadmin: none\n"))
                .singleElement()
                .asString()
                .startsWith("h.yaml:4:6: found no valid YAML, expected it: ")
                .doesNotContain("s3cret");
    }

    @Test
    void anAliasMayRepeatAValueButNotBlowTheFileUp() {
        assertThat(Project.read("""
                pools:
                  a: {backends: [{id: a, url: "http://10.0.0.1:1"}], health: &h {fall: 7}}
                  b: {backends: [{id: b, url: "http://10.0.0.1:2"}], health: *h}
                routes: [{pool: a, match: {path_prefix: /a}}, {pool: b}]
                """).pools().get(1).settings().health().fall()).isEqualTo(7);

        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(("*a" + (i - 1) + ", ").repeat(9))
                    .append("*a")
                    .append(i - 1)
                    .append("]\n");
        }
        assertThat(Project.errors(bomb.toString()))
                .singleElement()
                .asString()
                .startsWith("h.yaml:6:")
                .contains("found more than 200000 values, expected fewer");
    }

    @Test
    void whatIsNestedTooDeepIsRefused() {
        assertThat(Project.errors("a: " + "[".repeat(100_000)))
                .singleElement()
                .asString()
                .endsWith(": found more than 32 levels, expected fewer");
    }

    @Test
    void aByteOrderMarkAndWindowsLineEndsDoNotMatter() {
        assertThat(Project.read("\uFEFF" + GOOD.replace("\n", "\r\n"))).isEqualTo(Project.read(GOOD));
    }

    @Test
    void aFileThatCannotBeReadIsOneLine(@TempDir Path directory) throws IOException {
        Path missing = directory.resolve("missing.yaml");
        Path latin1 = Files.write(directory.resolve("latin1.yaml"), new byte[] {'a', ':', '\n', ' ', (byte) 0xE4, 'o'});
        Path huge = Files.write(directory.resolve("huge.yaml"), new byte[ConfigReader.LARGEST_FILE + 1]);

        assertThat(error(missing))
                .isEqualTo(missing + ": found no such file, expected a configuration (homing init writes one)");
        assertThat(error(directory)).isEqualTo(directory + ": found a directory, expected a configuration");
        assertThat(error(latin1)).isEqualTo(latin1 + ":2:2: found bytes that are no UTF-8, expected a configuration");
        assertThat(error(huge)).isEqualTo(huge + ": found a file of more than 1 MiB, expected a configuration");
    }

    @Test
    void aFileIsReadFromItsPath(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("good.yaml"), GOOD);

        assertThat(ConfigReader.read(file)).isEqualTo(Project.read(GOOD));
    }

    @Test
    void variablesAreFilledInAsTextAndNeverAsYaml() throws ConfigErrors {
        Map<String, String> environment = Map.of("ID", "gpu-7", "EMPTY", "", "TRICK", "a: ${ID}", "SEED", "$1 \\ x");
        HomingConfig config = ConfigReader.read("h.yaml", """
                backends:
                  - id: ${ID}-${EMPTY:-x}${EMPTY}
                    url: http://127.0.0.1:${PORT:-9101}
                    headers: {X-A: "${TRICK}", X-B: "$${ID} costs $5 or $$"}
                affinity: {seed: "${SEED}"}
                """, environment::get);

        BackendConfig backend = config.pools().get(0).backends().get(0);
        assertThat(backend.id()).isEqualTo("gpu-7-x");
        assertThat(backend.url()).hasToString("http://127.0.0.1:9101");
        assertThat(backend.headers())
                .isEqualTo(Map.of("X-A", new Secret("a: ${ID}"), "X-B", new Secret("${ID} costs $5 or $$")));
        assertThat(config.defaults().affinity().table().seed().value()).isEqualTo("$1 \\ x");
    }

    @Test
    void aSectionWhoseKeysAreAllCommentedOutIsEmpty() {
        assertThat(Project.read(GOOD + "health:\n#  fall: 2\nqueue:\n")).isEqualTo(Project.read(GOOD));
    }

    private static String error(Path file) {
        ConfigErrors errors = assertThrows(ConfigErrors.class, () -> ConfigReader.read(file));
        assertThat(errors.errors()).hasSize(1);
        return errors.errors().get(0).toString();
    }
}
