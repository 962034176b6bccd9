// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.config.Telemetry;
import dev.homing.config.Telemetry.Format;
import dev.homing.observe.AccessLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What may be the access log's path, and what may not. */
class AccessLogPathTest {

    private final AccessLogWriter writer = new AccessLogWriter(new AccessLog(() -> 0), 1);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("access.log");
    }

    @AfterEach
    void stop() {
        writer.close();
    }

    private static Telemetry.AccessLog json(Path path) {
        return new Telemetry.AccessLog(path.toString(), Format.JSON);
    }

    private void refuses(Path path, String why) {
        String message = "access_log.path: " + path + ": cannot be written: " + why;
        assertThatThrownBy(() -> writer.open(json(path)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> AccessLogWriter.attempt(json(path)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void aFileThatCannotBeWrittenIsRefused() {
        refuses(directory.resolve("no/access.log"), "no such directory");
        refuses(directory, "Is a directory");
    }

    @Test
    @Timeout(20)
    void aPipeThatNobodyReadsIsRefusedInsteadOfWaitedFor() throws Exception {
        AccessLogWriterTest.pipe(file);

        refuses(file, "not a file (expected: a file, or stdout)");
    }

    @Test
    void anAttemptMakesNothing() throws IOException {
        AccessLogWriter.attempt(json(file));
        assertThat(file).doesNotExist();

        Files.writeString(file, "before\n");
        AccessLogWriter.attempt(json(file));
        AccessLogWriter.attempt(json(Path.of("stdout")));
        AccessLogWriter.attempt(new Telemetry.AccessLog(null, Format.JSON));
        assertThat(file).hasContent("before\n");
    }
}
