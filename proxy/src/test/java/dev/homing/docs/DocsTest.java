// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pages of the repository against the files they speak of. */
class DocsTest {

    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(?:#[^)]*)?\\)");
    private static final Path ROOT = Path.of(System.getProperty("project.root"));

    @Test
    void everyLinkToAFileLeadsSomewhere() {
        List<String> dead = pages().flatMap(DocsTest::deadLinks).toList();

        assertThat(dead).isEmpty();
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

        assertThat(keys).hasSizeGreaterThan(10);
        assertThat(Files.readString(ROOT.resolve("docs/operations.md"))).contains(keys);
    }

    private static Stream<Path> pages() {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
                Stream<Path> top = Files.list(ROOT)) {
            List<Path> pages = Stream.concat(docs, top)
                    .filter(page -> page.toString().endsWith(".md"))
                    .toList();
            assertThat(pages).hasSizeGreaterThan(5);
            return pages.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> deadLinks(Path page) {
        try {
            Matcher link = LINK.matcher(Files.readString(page));
            return link.results()
                    .map(found -> found.group(1))
                    .filter(target -> !target.contains("://"))
                    .filter(target -> !Files.exists(page.getParent().resolve(target)))
                    .map(target -> ROOT.relativize(page) + ": " + target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
