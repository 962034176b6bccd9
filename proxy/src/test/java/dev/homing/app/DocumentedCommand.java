// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.util.List;
import picocli.CommandLine.ParameterException;

/** A command as a page shows it, read as {@link Main} would read it, and not run. */
public final class DocumentedCommand {

    private DocumentedCommand() {}

    /**
     * Reads a command.
     *
     * @param arguments behind {@code homing}
     * @throws IllegalArgumentException when there is no such command or option, or a value is none
     */
    public static void read(List<String> arguments) {
        try {
            Main.commandLine().parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            throw new IllegalArgumentException(
                    "homing " + String.join(" ", arguments) + ": " + e.getMessage() + " (expected: what homing takes)",
                    e);
        }
    }
}
