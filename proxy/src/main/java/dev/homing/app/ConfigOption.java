// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names the configuration, the same for every command that reads one. */
final class ConfigOption {

    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "The configuration.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    Path file() {
        return file;
    }
}
