// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What is around the sources: the changelog's form, the Maven wrapper, what the forge runs. */
class ProjectFilesTest {

    private static final Path ROOT = Pages.ROOT;
    private static final Path WORKFLOWS = ROOT.resolve(".github/workflows");

    static Stream<Path> workflows() throws IOException {
        try (Stream<Path> files = Files.list(WORKFLOWS)) {
            return files.toList().stream();
        }
    }

    @Test
    void theChangelogIsAsKeepAChangelogHasIt() throws IOException {
        List<String> versions = found("(?m)^## (.*)$", Files.readString(ROOT.resolve("CHANGELOG.md")));

        assertThat(versions.get(0)).isEqualTo("[Unreleased]");
        List<String> released = versions.subList(1, versions.size());
        assertThat(released).allMatch(heading -> heading.matches("\\[\\d+\\.\\d+\\.\\d+] - \\d{4}-\\d\\d-\\d\\d"));
        List<int[]> numbers = released.stream().map(ProjectFilesTest::numbers).toList();
        assertThat(numbers).isSortedAccordingTo((a, b) -> Arrays.compare(b, a));

        String[] parts = Files.readString(ROOT.resolve("CHANGELOG.md")).split("(?m)^## ", -1);
        for (String part : parts) {
            List<String> kinds = found("(?m)^### (.*)$", part);
            assertThat(kinds).isSubsetOf("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security");
            assertThat(new HashSet<>(kinds)).hasSameSizeAs(kinds);
        }
    }

    /** A pom whose version was released already would make another release of the same name. */
    @Test
    void theVersionIsTheNewestReleaseOrComesAfterIt() throws IOException {
        String version = found(
                        "<artifactId>homing</artifactId>\\s*<version>(.*)</version>",
                        Files.readString(ROOT.resolve("pom.xml")))
                .get(0);
        List<String> released = found("(?m)^## \\[(\\d.*?)]", Files.readString(ROOT.resolve("CHANGELOG.md")));

        if (version.endsWith("-SNAPSHOT")) {
            assertThat(released).doesNotContain(version.replace("-SNAPSHOT", ""));
            assertThat(released).allMatch(before -> Arrays.compare(numbers(version), numbers(before)) > 0);
        } else {
            assertThat(released).startsWith(version);
        }
    }

    @Test
    void theWrapperTakesAMavenFromCentralAndKnowsItsChecksums() throws IOException {
        Properties wrapper = new Properties();
        try (Reader reader = Files.newBufferedReader(ROOT.resolve(".mvn/wrapper/maven-wrapper.properties"))) {
            wrapper.load(reader);
        }

        assertThat(wrapper.getProperty("distributionType")).isEqualTo("only-script");
        assertThat(wrapper.getProperty("distributionUrl"))
                .matches("https://repo\\.maven\\.apache\\.org/maven2/org/apache/maven/apache-maven/3\\.\\S+-bin\\.zip");
        assertThat(List.of(wrapper.getProperty("distributionSha256Sum"), wrapper.getProperty("tarGzSha256Sum")))
                .allMatch(sum -> sum.matches("[0-9a-f]{64}"))
                .doesNotHaveDuplicates();
        assertThat(Files.readString(ROOT.resolve("mvnw"))).contains("distributionSha256Sum=${tarGzSha256Sum-}");
        assertThat(ROOT.resolve("mvnw")).isExecutable();
    }

    @Test
    void theForgeRunsEveryScriptThatCiRunRuns() throws IOException {
        List<String> scripts = found("(\\.ci/[a-z]+)", Files.readString(ROOT.resolve(".ci/run")));

        assertThat(scripts).contains(".ci/containers", ".ci/deploy", ".ci/readme");
        assertThat(Files.readString(WORKFLOWS.resolve("ci.yml"))).contains(scripts);
    }

    /** What the forge builds twice is what it publishes, so nothing is built for a release that was not tested. */
    @Test
    void aReleaseIsPublishedOnlyWhenEverythingHolds() throws IOException {
        Map<String, Map<String, Object>> jobs = jobs("release.yml");

        assertThat(jobs.get("ci")).isEqualTo(Map.of("uses", "./.github/workflows/ci.yml"));
        assertThat(jobs.get("image")).containsEntry("needs", "ci");
        assertThat(jobs.get("publish")).containsEntry("needs", List.of("ci", "image"));
        assertThat(Files.readString(WORKFLOWS.resolve("ci.yml"))).contains("\n  workflow_call:", ".ci/release check");
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void aWorkflowMayReadAndItsActionsArePinnedByCommit(Path workflow) throws IOException {
        String text = Files.readString(workflow);

        assertThat(yaml(workflow).get("permissions")).isEqualTo(Map.of("contents", "read"));
        assertThat(found("- uses: (.*)", text))
                .isNotEmpty()
                .allMatch(action -> action.matches("actions/[a-z-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+"));
    }

    @SuppressWarnings("unchecked") // what is not a mapping shows in the next line of the test
    private static Map<String, Map<String, Object>> jobs(String workflow) throws IOException {
        return (Map<String, Map<String, Object>>)
                yaml(WORKFLOWS.resolve(workflow)).get("jobs");
    }

    private static Map<String, Object> yaml(Path file) throws IOException {
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
    }

    private static int[] numbers(String text) {
        return found("(\\d+)", text).stream()
                .limit(3)
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
