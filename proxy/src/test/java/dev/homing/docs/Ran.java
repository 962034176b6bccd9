// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A program that was run to its end. What it says goes to a file, because who reads it from a pipe waits for as long as the program likes.
 *
 * @param said on standard output and error
 */
record Ran(int status, String said) {

    private static final long LIMIT_SECONDS = 60;

    static Ran of(ProcessBuilder program) throws IOException, InterruptedException {
        return of(program, "");
    }

    /** @param input what it is told on standard input */
    static Ran of(ProcessBuilder program, String input) throws IOException, InterruptedException {
        Path out = Files.createTempFile("homing-said", "");
        try {
            Process process = program.redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            }
            String said = Files.readString(out);
            assertThat(ended)
                    .as("%s ends within %d s: %s", program.command(), LIMIT_SECONDS, said)
                    .isTrue();
            return new Ran(process.exitValue(), said);
        } finally {
            Files.delete(out);
        }
    }
}
