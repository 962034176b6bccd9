// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.docs.Pages.Page;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What docs/comparison.md says of others has a source in a version, and what it says was measured is what the report has. */
class ComparisonTest {

    private static final Page PAGE = Pages.page("docs/comparison.md");
    private static final Page REPORT = Pages.page("docs/performance/report.md");
    private static final Pattern CITED = Pattern.compile("(?m)(?<!^)\\[\\^([\\w-]+)]");
    private static final Pattern SOURCE = Pattern.compile("(?m)^\\[\\^([\\w-]+)]: (.+)$");

    /** A file at a commit; or the manual of a released version. */
    private static final Pattern VERSIONED = Pattern.compile(
            ".*\\(https://github\\.com/[^/]+/[^/]+/blob/[0-9a-f]{40}/[^)]+\\).*|HAProxy 2\\.6\\.12, .*\\(https://docs\\.haproxy\\.org/2\\.6/[^)]+\\).*");

    @Test
    void everySourceIsOfAVersionAndCited() {
        Set<String> cited = names(CITED.matcher(PAGE.text()).results().toList());
        Set<String> defined = names(SOURCE.matcher(PAGE.text()).results().toList());

        assertThat(cited).hasSizeGreaterThan(25).isEqualTo(defined);
        assertThat(SOURCE.matcher(PAGE.text()).results().map(source -> source.group(2)))
                .allMatch(source -> VERSIONED.matcher(source).matches());
    }

    @Test
    void everythingThatIsSaidOfAnotherProjectCitesIt() {
        List<String> rows = section("At a glance")
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| |") && !line.startsWith("| homing "))
                .toList();
        List<String> paragraphs = Arrays.stream(section("What each does better").split("\n(?=\n|- )"))
                .map(String::strip)
                .filter(paragraph -> !paragraph.isEmpty())
                .toList();

        assertThat(rows)
                .hasSize(9)
                .allSatisfy(row -> assertThat(CITED.matcher(row).results()).hasSizeGreaterThanOrEqualTo(2));
        assertThat(paragraphs)
                .hasSizeGreaterThan(14)
                .allSatisfy(paragraph ->
                        assertThat(CITED.matcher(paragraph).results()).isNotEmpty());
    }

    @Test
    void whatWasMeasuredIsWhatTheReportHas() {
        List<String> peers = cells(row(section("Measured here"), ""));
        assertThat(peers).hasSize(4);

        measured("CPU a small request", "requests", 0, peers);
        measured("CPU a streamed token, 500 streams", "tokens-500", 0, peers);
        measured("CPU a streamed token, 5,000 streams", "tokens-5000", 0, peers);
        measured("memory with 1 open stream", "memory", 0, peers);
        measured("memory with 9,500 open streams", "memory", 3, peers);
    }

    private static void measured(String name, String scenario, int column, List<String> peers) {
        String table = section(REPORT, "## " + scenario + ":");
        double own = figure(cells(row(table, "homing")).get(column));
        List<String> expected = peers.stream()
                .map(peer -> cells(row(table, peer)).get(column))
                .map(cell -> cell.matches("[0-9].*") ? String.format(Locale.ROOT, "%.2f", figure(cell) / own) : cell)
                .toList();
        assertThat(cells(row(section("Measured here"), name))).as(name).isEqualTo(expected);
    }

    /** A median, which may have the least and the most behind it. */
    private static double figure(String cell) {
        return Double.parseDouble(cell.split(" ", 2)[0].replace(",", ""));
    }

    private static String row(String table, String name) {
        return table.lines()
                .filter(line -> line.startsWith("| " + name + (name.isEmpty() ? "|" : " |")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row: " + name));
    }

    private static List<String> cells(String row) {
        return Arrays.stream(row.split("\\|", -1))
                .map(String::strip)
                .filter(cell -> !cell.isEmpty())
                .skip(row.startsWith("| |") ? 0 : 1)
                .toList();
    }

    private static String section(String title) {
        return section(PAGE, "## " + title + "\n");
    }

    private static String section(Page page, String heading) {
        int begin = page.text().indexOf("\n" + heading);
        assertThat(begin).as(heading).isNotNegative();
        int body = page.text().indexOf('\n', begin + 1) + 1;
        int end = page.text().indexOf("\n## ", body);
        return page.text().substring(body, end < 0 ? page.text().length() : end);
    }

    private static Set<String> names(List<MatchResult> found) {
        return found.stream().map(match -> match.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }
}
