// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.homing.docs.Pages.Block;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The configurations of other proxies that docs/migration.md begins with, read by these proxies. */
class MigrationTest {

    private static final Set<String> PROXIES = Set.of("caddyfile", "haproxy", "nginx");

    @TempDir
    private Path folder;

    static Stream<Block> configurations() {
        return Pages.page("docs/migration.md").blocks().stream().filter(block -> PROXIES.contains(block.kind()));
    }

    @Test
    void thereIsOneOfEachProxy() {
        assertThat(configurations().map(Block::kind).collect(Collectors.toSet()))
                .isEqualTo(PROXIES);
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void theProxyItselfTakesIt(Block block) throws Exception {
        Path file = Files.writeString(folder.resolve("config"), block.text());
        switch (block.kind()) {
            case "haproxy" -> takes(block, List.of("/usr/sbin/haproxy", "-c", "-f", file.toString()));
            case "nginx" ->
                takes(
                        block,
                        List.of(
                                "/usr/sbin/nginx",
                                "-t",
                                "-e",
                                "stderr",
                                "-p",
                                folder.toString(),
                                "-c",
                                file.toString(),
                                "-g",
                                "pid " + folder.resolve("pid") + ";"));
            case "caddyfile" ->
                takes(
                        block,
                        List.of("/usr/bin/caddy", "validate", "--adapter", "caddyfile", "--config", file.toString()));
            default -> throw new AssertionError(block);
        }
    }

    private void takes(Block block, List<String> command) throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of(command.get(0))),
                command.get(0) + " is not there: whether it takes " + block + " is not tried");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("XDG_DATA_HOME", folder.toString());
        builder.environment().put("XDG_CONFIG_HOME", folder.toString());
        Ran ran = Ran.of(builder);
        assertThat(ran.status()).as("%s%n%s", block, ran.said()).isZero();
    }
}
