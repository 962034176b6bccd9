// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The files of this repository that tests hold against the code, and short ways to read a configuration. */
final class Project {

    static final Path ROOT = Path.of(System.getProperty("project.root", ".."));
    static final Path EXAMPLES = ROOT.resolve("config/examples");

    private Project() {}

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> examples() throws IOException {
        try (var files = Files.list(EXAMPLES)) {
            return files.sorted().toList();
        }
    }

    /** Whether generated files are to be written anew rather than compared: {@code -Dhoming.update=true}. */
    static boolean updates() {
        return Boolean.getBoolean("homing.update");
    }

    static HomingConfig read(String yaml) {
        return Defaults.config(yaml);
    }

    /** The errors that a text is refused with, one a line. */
    static List<String> errors(String yaml, Map<String, String> environment) {
        try {
            ConfigReader.read("h.yaml", yaml, environment::get);
        } catch (ConfigErrors e) {
            return Arrays.asList(e.getMessage().split("\n", -1));
        }
        return List.of();
    }

    static List<String> errors(String yaml) {
        return errors(yaml, Map.of());
    }
}
