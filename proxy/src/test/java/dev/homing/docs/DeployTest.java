// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Prometheus and Grafana are given: it asks for metrics that there are, in PromQL that is sound, and its alerts do what they say. */
class DeployTest {

    private static final Path ROOT = Pages.ROOT;
    private static final Path PROMETHEUS = ROOT.resolve("config/deploy/prometheus");
    private static final Path GRAFANA = ROOT.resolve("config/deploy/grafana/homing.json");

    /** Of Debian's package {@code prometheus}. */
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");

    /** What a histogram makes of its name. */
    private static final String SERIES = "_(bucket|sum|count|max)$";

    @TempDir
    private Path folder;

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve("config/deploy"))) {
            return files.filter(file -> file.toString().matches(".*\\.(yml|yaml|json)")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void namesNoMetricThatThereIsNot(Path file) throws IOException {
        assertThat(names(Files.readString(file), "\\bhoming_[a-z_]+\\b").stream()
                        .map(name -> name.replaceFirst(SERIES, "")))
                .isSubsetOf(documented());
    }

    @Test
    void theRulesNameEveryMetricThatTellsOfTrouble() throws IOException {
        assertThat(names(Files.readString(PROMETHEUS.resolve("homing.rules.yml")), "\\bhoming_[a-z_]+\\b"))
                .contains(
                        "homing_backend_up",
                        "homing_usage_missing_total",
                        "homing_rejected_total",
                        "homing_config_last_reload_success",
                        "homing_access_log_dropped_total",
                        "homing_share_up",
                        "homing_discovery_lookups_total",
                        "homing_trace_spans_dropped_total",
                        "homing_session_suspects_total");
    }

    @Test
    void everyAlertIsTestedAndTheTestsHold() throws Exception {
        String rules = Files.readString(PROMETHEUS.resolve("homing.rules.yml"));
        String tests = Files.readString(PROMETHEUS.resolve("homing.rules.test.yml"));
        assertThat(names(tests, "(?<=alertname: )\\w+")).isEqualTo(names(rules, "(?<=alert: )\\w+"));

        assumeTrue(
                Files.isExecutable(PROMTOOL),
                PROMTOOL + " is not there: whether the rules do what they say is not tried");
        assertThat(promtool("check", "rules", "homing.rules.yml")).contains("SUCCESS");
        assertThat(promtool("check", "config", "prometheus.yml")).contains("SUCCESS");
        assertThat(promtool("test", "rules", "homing.rules.test.yml")).contains("SUCCESS");
    }

    @Test
    void everyPanelOfTheDashboardAsksInSoundPromql() throws Exception {
        JsonNode dashboard = new ObjectMapper().readTree(GRAFANA.toFile());
        List<String> asked = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(panel.path("description").asText())
                    .as(panel.path("title").asText())
                    .isNotBlank();
            panel.path("targets")
                    .forEach(target -> asked.add(target.path("expr").asText()));
        }
        assertThat(asked).hasSizeGreaterThan(15);
        check(asked);
    }

    @Test
    void theDashboardShowsHowAFleetGetsAlongWithItsTable() throws IOException {
        assertThat(names(Files.readString(GRAFANA), "\\bhoming_share_[a-z_]+\\b"))
                .containsExactly("homing_share_operations_total", "homing_share_up");
    }

    @Test
    void everyAnswerOfTheDocsIsSoundPromql() throws Exception {
        check(Pages.all().stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block -> block.kind().equals("promql"))
                .map(Pages.Block::text)
                .toList());
    }

    /** Grafana's variables stand for what it puts in their place. */
    private void check(List<String> questions) throws Exception {
        assertThat(questions).isNotEmpty();
        assumeTrue(Files.isExecutable(PROMTOOL), PROMTOOL + " is not there: whether PromQL is sound is not tried");
        String rules = questions.stream()
                .map(question -> question.replaceAll("\\$__\\w+", "5m").replace("$prefill", "3000"))
                .map(question -> "  - record: some:question\n    expr: |\n" + question.indent(6))
                .collect(Collectors.joining("", "groups:\n- name: questions\n  rules:\n", ""));
        Path file = Files.writeString(folder.resolve("questions.yml"), numbered(rules));
        assertThat(promtool("check", "rules", file.toString())).contains("SUCCESS");
    }

    private static String numbered(String rules) {
        int[] count = {0};
        return Pattern.compile("some:question").matcher(rules).replaceAll(found -> "some:question" + count[0]++);
    }

    private static String promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(PROMTOOL.toString()));
        command.addAll(List.of(arguments));
        Ran ran = Ran.of(new ProcessBuilder(command).directory(PROMETHEUS.toFile()));
        assertThat(ran.status()).as(ran.said()).isZero();
        return ran.said();
    }

    private static Set<String> documented() throws IOException {
        return names(Files.readString(ROOT.resolve("docs/metrics.md")), "(?m)(?<=^\\| `)homing_\\w+(?=`)");
    }

    private static Set<String> names(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
