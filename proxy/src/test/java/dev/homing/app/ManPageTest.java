// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class ManPageTest {

    private static final BuildInfo BUILD = new BuildInfo("1.2.3", "2026-01-31", "0123456");

    @Test
    void everyCommandIsThereWithAllOfItsOptions() {
        CommandSpec root = Main.commandLine().getCommandSpec();
        String page = ManPage.of(root, BUILD);

        assertThat(root.subcommands()).hasSizeGreaterThan(8);
        root.subcommands().forEach((name, command) -> {
            String heading = ".SS \"homing " + name + "\"\n";
            assertThat(page).contains(heading);
            String section =
                    page.substring(page.indexOf(heading) + heading.length()).split("\n\\.S[SH] ", 2)[0];
            options(command.getCommandSpec())
                    .forEach(option -> assertThat(section).contains(option));
            command.getCommandSpec()
                    .positionalParameters()
                    .forEach(parameter -> assertThat(section).contains("\n\\fI" + parameter.paramLabel() + "\\fR\n"));
        });
    }

    @Test
    void statusAndEnvironmentAreThoseOfTheHelp() {
        CommandLine program = Main.commandLine();
        String page = ManPage.of(program.getCommandSpec(), BUILD);

        assertThat(page).startsWith(".TH \"HOMING\" \"1\" \"2026-01-31\" \"homing 1.2.3\" \"\"\n");
        // Requests of roff itself: theirs are no macro's arguments, quotes would be part of them.
        assertThat(page).contains("\n.nh\n.ad l\n.SH \"NAME\"\n");
        assertThat(page).contains(".TP\n\\fB2\\fR\nBad usage or a bad configuration.\n");
        assertThat(page).contains(".TP\n\\fBHOMING_LOG\\fR\n");
        assertThat(program.getUsageMessage()).contains("2   Bad usage or a bad configuration.", "HOMING_LOG");
    }

    @Test
    void everyLineIsPlainTextOrAMacroOfManPages() {
        List<String> lines =
                ManPage.of(Main.commandLine().getCommandSpec(), BUILD).lines().toList();

        assertThat(lines).allMatch(line -> line.matches("\\p{ASCII}{1,80}") && !line.endsWith(" "));
        assertThat(lines.stream().filter(line -> line.startsWith(".")).map(line -> line.split(" ", 2)[0]))
                .contains(".TH", ".SH", ".SS", ".PP", ".TP")
                .isSubsetOf(".TH", ".SH", ".SS", ".PP", ".TP", ".nh", ".ad");
    }

    @Test
    void noTextIsTakenForARequestOrAnEscape() {
        CommandSpec root = CommandSpec.create().name("tool");
        root.usageMessage().description("What `--it` does.");
        CommandSpec odd = CommandSpec.create();
        odd.usageMessage().description(".so /etc/passwd", "'tis \\n(.g. And a sentence.");
        root.addSubcommand("odd", odd);
        new CommandLine(root);

        assertThat(ManPage.of(root, BUILD))
                .contains("\ntool \\- What `\\-\\-it` does\n")
                .contains("\n.PP\n\\&.so /etc/passwd\n.PP\n\\(aqtis \\en(.g.\nAnd a sentence.\n");
    }

    private static List<String> options(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .map(OptionSpec::longestName)
                .map(name -> "\\fB" + name.replace("-", "\\-") + "\\fR")
                .collect(Collectors.toList());
    }
}
