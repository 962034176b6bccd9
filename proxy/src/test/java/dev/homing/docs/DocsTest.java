// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.docs.Pages.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** The pages of the repository against the files they speak of. */
class DocsTest {

    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern DEFINITION = Pattern.compile("(?m)^\\[[^]]+]: (\\S+)$");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Path ROOT = Pages.ROOT;

    @Test
    void everyLinkToAFileLeadsSomewhere() {
        List<String> dead = Pages.all().stream().flatMap(DocsTest::deadLinks).toList();

        assertThat(dead).isEmpty();
    }

    @Test
    void everyPictureSaysWhatItShowsAndIsDrawnForDarkPagesToo() throws Exception {
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            List<Path> pictures =
                    files.filter(file -> file.toString().endsWith(".svg")).toList();
            assertThat(pictures).isNotEmpty();
            for (Path picture : pictures) {
                Document drawn = DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(picture.toFile());
                assertThat(drawn.getElementsByTagName("title").getLength())
                        .as(picture.toString())
                        .isPositive();
                assertThat(Files.readString(picture)).as(picture.toString()).contains("prefers-color-scheme: dark");
            }
        }
    }

    @Test
    void theIndexLeadsToEveryPage() throws IOException {
        String index = Files.readString(ROOT.resolve("docs/README.md"));
        try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
            assertThat(pages.map(page -> page.getFileName().toString())
                            .filter(name -> name.endsWith(".md") && !name.equals("README.md")))
                    .allSatisfy(name -> assertThat(index).contains("](" + name + ")"));
        }
        assertThat(Files.readString(ROOT.resolve("README.md"))).contains("](docs/README.md)");
    }

    @Test
    void theReadmeQuotesTheMinimalExample() throws IOException {
        String example =
                Files.readString(ROOT.resolve("config/examples/minimal.yaml")).strip();

        assertThat(Files.readString(ROOT.resolve("README.md"))).contains("```yaml\n" + example + "\n```");
        assertThat(example.lines().count()).isLessThanOrEqualTo(10);
    }

    @Test
    void operationsGiveAReasonForEveryTimeoutAndLimit() throws IOException {
        Pattern key = Pattern.compile("^\\| `((?:timeouts|limits)\\.\\w+)`", Pattern.MULTILINE);
        List<String> keys = key.matcher(Files.readString(ROOT.resolve("docs/configuration.md")))
                .results()
                .map(found -> "`" + found.group(1) + "`")
                .toList();

        List<String[]> rows = Files.readString(ROOT.resolve("docs/operations.md"))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|", -1))
                .filter(cells -> cells.length == 6 && !cells[4].isBlank())
                .toList();

        assertThat(keys)
                .hasSizeGreaterThan(10)
                .allSatisfy(wanted -> assertThat(rows).anyMatch(cells -> cells[1].contains(wanted)));
    }

    /** What leads nowhere: a file that is not there, or a heading that a page does not have. */
    private static Stream<String> deadLinks(Page page) {
        return Stream.concat(targets(LINK, page), targets(DEFINITION, page))
                .filter(target -> !target.contains("://"))
                .filter(target -> !leadsSomewhere(page, target))
                .map(target -> page.name() + ": " + target);
    }

    private static Stream<String> targets(Pattern pattern, Page page) {
        return pattern.matcher(page.text()).results().map(found -> found.group(1));
    }

    private static boolean leadsSomewhere(Page page, String target) {
        String[] parts = target.split("#", 2);
        Path file = page.folder().resolve(parts[0]).normalize();
        if (!parts[0].isEmpty() && !Files.exists(file)) {
            return false;
        }
        if (parts.length == 1 || (!parts[0].isEmpty() && !parts[0].endsWith(".md"))) {
            return true;
        }
        Page of = parts[0].isEmpty()
                ? page
                : Pages.page(Pages.ROOT.toAbsolutePath().relativize(file).toString());
        return HEADING.matcher(of.text())
                .results()
                .anyMatch(heading -> anchor(heading.group(1)).equals(parts[1]));
    }

    /** As forges make them of headings. */
    private static String anchor(String heading) {
        return heading.strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\w\\- ]", "")
                .replace(' ', '-');
    }
}
