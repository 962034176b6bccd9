// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.config.ConfigReader;
import dev.homing.config.HomingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What Docker and Kubernetes are given names nothing that is not there. Their own tools look at it too, in {@code .ci/deploy}. */
class DeployFilesTest {

    private static final Path ROOT = Pages.ROOT;
    private static final Path DOCKER = ROOT.resolve("config/deploy/docker");
    private static final Path CHART = ROOT.resolve("config/deploy/kubernetes");

    @Test
    void theImageIsMadeOfWhatTheContextHolds() throws IOException {
        List<String> copied = found(DOCKER.resolve("Dockerfile"), "(?m)^COPY (?!--from)(\\S+) ");
        List<String> kept = found(ROOT.resolve(".dockerignore"), "(?m)^!(\\S+)");

        assertThat(copied).isNotEmpty().containsExactlyInAnyOrderElementsOf(kept);
        assertThat(copied.stream().filter(file -> !file.contains("/target/")))
                .allMatch(file -> Files.isRegularFile(ROOT.resolve(file)));
    }

    @Test
    void everyFileOfTheComposeFileIsThere() throws IOException {
        Map<String, Map<String, Object>> services = child(yaml(DOCKER.resolve("compose.yaml")), "services");

        assertThat(services).containsKeys("homing-0", "homing-1", "gpu-0", "gpu-1", "gpu-2", "redis", "prometheus");
        List<String> mounted = new ArrayList<>();
        services.values().forEach(service -> {
            if (service.get("volumes") instanceof List<?> volumes) {
                volumes.forEach(volume -> mounted.add(volume.toString().replaceFirst(":.*", "")));
            }
            if (service.get("build") instanceof Map<?, ?> build) {
                Path context = DOCKER.resolve(build.get("context").toString()).normalize();
                assertThat(context).isEqualTo(ROOT.normalize());
                assertThat(context.resolve(build.get("dockerfile").toString())).isRegularFile();
            }
        });
        assertThat(mounted).hasSizeGreaterThan(3).allMatch(file -> Files.isRegularFile(DOCKER.resolve(file)));
    }

    @Test
    void theProxiesOfTheComposeFileCanBeStarted() throws Exception {
        Map<String, Map<String, Object>> services = child(yaml(DOCKER.resolve("compose.yaml")), "services");
        Map<String, Object> environment = child(services.get("homing-0"), "environment");

        HomingConfig config = ConfigReader.read(
                "homing.yaml",
                Files.readString(DOCKER.resolve("homing.yaml")),
                name -> environment.containsKey(name) ? "some-secret" : null);

        assertThat(config.pools().get(0).backends())
                .allMatch(backend -> services.containsKey(backend.url().getHost()));
        assertThat(services)
                .containsKey(Objects.requireNonNull(
                                config.defaults().affinity().table().share())
                        .nodes()
                        .get(0)
                        .host());
    }

    @Test
    void theChartsTemplatesUseItsValuesAndAllOfThem() throws IOException {
        Map<String, Object> values = yaml(CHART.resolve("values.yaml"));
        Set<String> used = new TreeSet<>();
        try (Stream<Path> templates = Files.list(CHART.resolve("templates"))) {
            for (Path template : templates.toList()) {
                used.addAll(found(template, "\\.Values\\.([A-Za-z]+)"));
            }
        }

        assertThat(used).isEqualTo(new TreeSet<>(values.keySet()));
    }

    private static Map<String, Object> yaml(Path file) throws IOException {
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
    }

    @SuppressWarnings("unchecked") // what is not a mapping shows in the next line of the test
    private static <T> Map<String, T> child(Map<String, ?> parent, String key) {
        return (Map<String, T>) parent.get(key);
    }

    private static List<String> found(Path file, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(file))
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toList());
    }
}
