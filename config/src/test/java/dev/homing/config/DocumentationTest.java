// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/configuration.md says what the code does. */
class DocumentationTest {

    private static final Path PAGE = Project.ROOT.resolve("docs/configuration.md");
    private static final String BEGIN = "<!-- keys: generated, do not edit -->\n";
    private static final String END = "<!-- end of keys -->";

    @Test
    void theTablesAreThoseOfTheRegistry() throws IOException {
        String page = Project.text(PAGE);
        String before = page.substring(0, page.indexOf(BEGIN) + BEGIN.length());
        String after = page.substring(page.indexOf(END));
        String fresh = before + "\n" + KeyTable.markdown() + after;
        if (Project.updates()) {
            Files.writeString(PAGE, fresh);
        }

        assertThat(Project.text(PAGE))
                .as("run with -Dhoming.update=true to write it anew")
                .isEqualTo(fresh);
    }

    @Test
    void theErrorsThatThePageShowsAreTheOnesThatItsFileGets() {
        Matcher blocks = Pattern.compile("```yaml\n# bad.yaml\n(.*?)```\n.*?```text\n(.*?)```", Pattern.DOTALL)
                .matcher(Project.text(PAGE));

        assertThat(blocks.find()).isTrue();
        String errors = String.join("\n", Project.errors("# bad.yaml\n" + blocks.group(1))) + "\n";
        assertThat(errors.replace("h.yaml:", "bad.yaml:")).isEqualTo(blocks.group(2));
    }

    @Test
    void everyKeyThatNeedsARestartIsNamed() {
        String page = Project.text(PAGE);
        String sentence = page.substring(page.indexOf("need a restart:"), page.indexOf("need a restart:") + 200);

        assertThat(Registry.TOP.keys())
                .filteredOn(key -> key.reach() == Key.Reach.RESTART)
                .allSatisfy(key -> assertThat(sentence).contains("`" + key.path() + "`"));
    }
}
