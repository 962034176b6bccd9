// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What the help of the program itself, and its manual page, tell beside commands and options: exit status and environment. */
final class RootHelp {

    /** An environment variable that homing reads. */
    record Variable(String name, String meaning) {}

    static final List<Variable> ENVIRONMENT = List.of(
            new Variable("HOMING_LOG", "What is logged: error, warn, info (the default) or debug."),
            new Variable("HOMING_JAVA_OPTS", "Added by the launcher to the JVM's flags."),
            new Variable("JAVA_HOME", "One place where the launcher looks for a JVM."));

    private RootHelp() {}

    static void addTo(CommandSpec root) {
        Map<String, String> status = new LinkedHashMap<>();
        status.put("0", "Done; of `run`: stopped or taken over, with nothing left to do.");
        status.put("1", "Failed, such as for a port in use.");
        status.put("2", "Bad usage or a bad configuration.");
        UsageMessageSpec help = root.usageMessage()
                .exitCodeListHeading("Exit status:%n")
                .exitCodeList(status)
                .footerHeading("Environment:%n");
        help.footer(ENVIRONMENT.stream()
                .map(variable -> String.format("  %-16s  %s", variable.name(), variable.meaning()))
                .toArray(String[]::new));
    }
}
