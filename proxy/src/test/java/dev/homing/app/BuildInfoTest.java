// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class BuildInfoTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root"));

    @Test
    void theCommitIsAbbreviatedAndTheTimeIsADate() throws IOException {
        BuildInfo build = of("""
                version=1.2.3
                timestamp=2026-01-31T12:34:56Z
                commit=0123456789abcdef0123456789abcdef01234567
                """);

        assertThat(build).isEqualTo(new BuildInfo("1.2.3", "2026-01-31", "0123456"));
    }

    @Test
    void whatTheBuildCouldNotFillInIsUnknown() throws IOException {
        assertThat(of("version=1.2.3\ntimestamp=2026-01-31T12:34:56Z\ncommit=${git.commit.id}\n")
                        .commit())
                .isEqualTo("unknown");
        assertThat(of("version=1.2.3\ncommit=$Format:%H$\n").commit()).isEqualTo("unknown");
        assertThat(BuildInfo.of(new Properties())).isEqualTo(new BuildInfo("unknown", "unknown", "unknown"));
    }

    /** What git writes into an archive is what the build falls back to: the same name in both files, and the mark that git looks for. */
    @Test
    void anArchiveOfTheSourcesCarriesTheCommit() throws IOException {
        String archived = "proxy/src/main/filters/archive.properties";
        Properties filter = new Properties();
        filter.load(new StringReader(Files.readString(ROOT.resolve(archived))));
        Properties filtered = new Properties();
        filtered.load(new StringReader(
                Files.readString(ROOT.resolve("proxy/src/main/filtered/dev/homing/app/build.properties"))));

        assertThat(filter.stringPropertyNames()).containsExactly("git.commit.id");
        assertThat(filter.getProperty("git.commit.id")).matches("\\$Format:%H\\$|[0-9a-f]{40}");
        assertThat(filtered.getProperty("commit")).isEqualTo("${git.commit.id}");
        assertThat(Files.readString(ROOT.resolve(".gitattributes"))).contains("/" + archived + " export-subst\n");
    }

    private static BuildInfo of(String text) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        return BuildInfo.of(properties);
    }
}
