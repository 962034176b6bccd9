// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What people start from must load, and must be what it says. */
class ExamplesTest {

    private static final String TWO = """
            backends:
              - {id: gpu-0, url: "http://127.0.0.1:9101"}
              - {id: gpu-1, url: "http://127.0.0.1:9102"}
            """;

    static Iterable<Path> examples() throws IOException {
        return Project.examples();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleLoadsWithoutAnyEnvironment(Path example) throws ConfigErrors {
        HomingConfig config =
                ConfigReader.read(example.toString(), Project.text(example), Map.<String, String>of()::get);

        assertThat(config.pools()).isNotEmpty();
    }

    @Test
    void everythingShowsEveryKeyAtItsDefault() {
        assertThat(Project.read(Project.text(Project.EXAMPLES.resolve("everything.yaml"))))
                .isEqualTo(Project.read(TWO));
    }

    @Test
    void everythingNamesEveryKeyOfTheRegistry() {
        String text = Project.text(Project.EXAMPLES.resolve("everything.yaml"));

        assertThat(Registry.TOP.keys()).allSatisfy(key -> assertThat(text).contains(key.name() + ":"));
    }

    @Test
    void theContractParsesWithExactlyItsDefaults() throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/contract.yaml"))) {
            String contract = new String(in.readAllBytes(), StandardCharsets.UTF_8);

            assertThat(Project.read(contract)).isEqualTo(Project.read(TWO));
        }
    }

    @Test
    void theMinimalFileHasAtMostTenLines() {
        assertThat(Project.text(Project.EXAMPLES.resolve("minimal.yaml")).lines())
                .hasSizeLessThanOrEqualTo(10);
    }

    @Test
    void twoPoolsTakeWhatTheyDoNotSayFromTheTopLevel() {
        HomingConfig config = Project.read(Project.text(Project.EXAMPLES.resolve("two-pools.yaml")));
        PoolSettings chat = config.pools().get(0).settings();
        PoolSettings embed = config.pools().get(1).settings();

        assertThat(chat).isEqualTo(config.defaults());
        assertThat(embed.health()).isEqualTo(config.defaults().health());
        assertThat(embed.health().interval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(embed.affinity().identity().headers()).isEmpty();
        assertThat(embed.affinity().stickiness()).isEqualTo(chat.affinity().stickiness());
        assertThat(embed.timeouts().upstream().responseHead()).isEqualTo(Duration.ofSeconds(30));
        assertThat(embed.timeouts().upstream().connect())
                .isEqualTo(chat.timeouts().upstream().connect());
        assertThat(embed.limits().body()).isEqualTo(8 << 20);
        assertThat(config.routes()).extracting(RouteConfig::pool).containsExactly("embed", "embed", "embed", "chat");
    }
}
