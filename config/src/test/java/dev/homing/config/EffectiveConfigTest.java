// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The effective configuration is a file again. */
class EffectiveConfigTest {

    static Iterable<Path> examples() throws IOException {
        return Project.examples();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void whatIsWrittenReadsAsTheSameButForSecrets(Path example) {
        HomingConfig config = Project.read(Project.text(example));

        assertThat(Project.read(EffectiveConfig.toYaml(config)).toString()).isEqualTo(config.toString());
    }

    @Test
    void awkwardValuesSurviveTheRoundTrip() {
        HomingConfig config = Project.read("""
                listen: [{address: "[::1]:80"}, 127.0.0.1:81]
                admin: none
                pools:
                  default:
                    backends: [{id: "0", url: "http://10.0.0.1:1/a%20b", weight: 1.0e-3, state: off, headers: {X: "$${A} #", A: "off"}}]
                    timeouts: {connect: 1500ms}
                    strip_request_headers: []
                    upstream_authorization: none
                trusted_proxies: ["::/0"]
                limits: {body: 1000, peek: 1025B}
                """);

        assertThat(Project.read(EffectiveConfig.toYaml(config)).toString()).isEqualTo(config.toString());
    }

    @Test
    void namesAndShapesAreThoseOfTheFile() {
        Map<String, Object> tree = EffectiveConfig.of(Project.read("backends: [{id: a, url: 'http://10.0.0.1:1'}]"));

        assertThat(tree)
                .containsEntry("listen", "127.0.0.1:8080")
                .containsEntry("admin_token", "none")
                .containsEntry("metering", true)
                .containsEntry("retry", Map.of("attempts", 2, "unanswered", false))
                .containsEntry("discovery", Map.of("dns", Map.of("refresh", "5s", "drain", "5m", "servers", List.of())))
                .containsEntry(
                        "backends",
                        List.of(Map.of(
                                "id",
                                "a",
                                "url",
                                "http://10.0.0.1:1",
                                "weight",
                                1.0,
                                "max_inflight",
                                0,
                                "state",
                                "ready",
                                "headers",
                                Map.of())))
                .doesNotContainKeys("pools", "routes");
    }

    @Test
    void aPoolShowsWhatItOverrides() {
        Map<String, Object> tree = EffectiveConfig.of(Project.read("""
                pools: {only: {backends: [{id: a, url: "http://10.0.0.1:1"}], health: {fall: 9, rise: 2}}}
                """));

        assertThat(tree).doesNotContainKey("backends").containsEntry("routes", List.of(Map.of("pool", "only")));
        assertThat(tree.get("pools"))
                .asInstanceOf(MAP)
                .extractingByKey("only")
                .asInstanceOf(MAP)
                .containsOnlyKeys("backends", "health")
                .containsEntry("health", Map.of("fall", 9));
    }
}
