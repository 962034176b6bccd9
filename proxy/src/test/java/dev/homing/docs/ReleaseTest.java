// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .ci/release} on a copy of the files that it reads and writes; that it builds the same bytes twice it shows by itself. */
class ReleaseTest {

    private static final Path ROOT = Pages.ROOT;
    private static final List<String> FILES = List.of(
            ".ci/release",
            "pom.xml",
            "config/pom.xml",
            "proxy/pom.xml",
            "bench/pom.xml",
            "CHANGELOG.md",
            "config/deploy/kubernetes/Chart.yaml");

    @TempDir
    private Path copy;

    @BeforeEach
    void copyWhatItTouches() throws IOException {
        for (String file : FILES) {
            Files.createDirectories(copy.resolve(file).getParent());
            Files.copy(ROOT.resolve(file), copy.resolve(file));
        }
    }

    @Test
    void aCutWritesTheVersionEverywhereAndDatesTheChangelog() throws Exception {
        String unreleased = release(0, "notes");
        assertThat(unreleased).startsWith("### ");

        assertThat(release(0, "cut", "98.7.6")).contains("is now 98.7.6").contains("tag it v98.7.6");

        for (String pom : List.of("pom.xml", "config/pom.xml", "proxy/pom.xml", "bench/pom.xml")) {
            assertThat(text(pom)).as(pom).containsOnlyOnce("<version>98.7.6</version>");
        }
        assertThat(text("pom.xml"))
                .containsPattern("<project.build.outputTimestamp>\\d{4}-\\d\\d-\\d\\dT00:00:00Z</project");
        assertThat(text("config/deploy/kubernetes/Chart.yaml"))
                .contains("\nversion: 98.7.6\n", "\nappVersion: \"98.7.6\"\n");
        assertThat(text("CHANGELOG.md"))
                .containsPattern("\n## \\[Unreleased]\n\n## \\[98\\.7\\.6] - \\d{4}-\\d\\d-\\d\\d\n");
        assertThat(release(0, "notes", "98.7.6")).isEqualTo(unreleased);
        assertThat(release(0, "notes")).isEmpty();
    }

    @Test
    void whatBeginsAfterAReleaseIsNoReleaseYet() throws Exception {
        release(0, "cut", "98.7.6-SNAPSHOT");

        assertThat(text("proxy/pom.xml")).containsOnlyOnce("<version>98.7.6-SNAPSHOT</version>");
        assertThat(text("CHANGELOG.md")).isEqualTo(Files.readString(ROOT.resolve("CHANGELOG.md")));
        assertThat(text("config/deploy/kubernetes/Chart.yaml"))
                .isEqualTo(Files.readString(ROOT.resolve("config/deploy/kubernetes/Chart.yaml")));
    }

    @Test
    void nothingIsCutThatHasNoVersionOrNothingNew() throws Exception {
        assertThat(release(1, "cut", "1.2"))
                .contains("version: '1.2' (expected: three numbers such as 0.2.0, and -SNAPSHOT after a release)");

        release(0, "cut", "98.7.6");
        assertThat(release(1, "cut", "98.7.7")).contains("CHANGELOG.md says nothing under [Unreleased]");
        assertThat(release(1, "notes", "98.7.7")).contains("CHANGELOG.md has no '## [98.7.7]'");
    }

    private String text(String file) throws IOException {
        return Files.readString(copy.resolve(file));
    }

    private String release(int status, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", ".ci/release"));
        command.addAll(List.of(arguments));
        Ran ran = Ran.of(new ProcessBuilder(command).directory(copy.toFile()));
        assertThat(ran.status()).as(ran.said()).isEqualTo(status);
        return ran.said();
    }
}
