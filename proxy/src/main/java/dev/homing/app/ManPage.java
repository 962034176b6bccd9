// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command line as a manual page of section 1, in the {@code man} macros of roff, which every {@code man} reads. */
final class ManPage {

    /** Of a line of the page's source, in characters. */
    private static final int WIDTH = 78;

    private final List<String> lines = new ArrayList<>();

    private ManPage() {}

    /** All that the command line's own help tells: of {@code root}, of its commands, and what {@code root} says below. */
    static String of(CommandSpec root, BuildInfo build) {
        ManPage page = new ManPage();
        page.macro(
                "TH", root.name().toUpperCase(Locale.ROOT), "1", build.date(), root.name() + " " + build.version(), "");
        // Words of a command line are not hyphenated, nor lines filled up with blanks.
        page.lines.addAll(List.of(".nh", ".ad l"));
        page.macro("SH", "NAME");
        String what = String.join(" ", root.usageMessage().description()).replaceFirst("\\.$", "");
        page.line(escaped(root.name()) + " \\- " + escaped(what));
        page.macro("SH", "SYNOPSIS");
        page.synopsis(root);
        page.macro("SH", "OPTIONS");
        page.arguments(root, true);
        page.macro("SH", "COMMANDS");
        root.subcommands().values().forEach(command -> page.command(command.getCommandSpec()));
        page.macro("SH", "EXIT STATUS");
        root.usageMessage().exitCodeList().forEach(page::pair);
        page.macro("SH", "ENVIRONMENT");
        RootHelp.ENVIRONMENT.forEach(variable -> page.pair(variable.name(), variable.meaning()));
        return String.join("\n", page.lines) + "\n";
    }

    private void command(CommandSpec command) {
        macro("SS", command.qualifiedName(" "));
        synopsis(command);
        for (String paragraph : command.usageMessage().description()) {
            macro("PP");
            text(paragraph);
        }
        arguments(command, false);
    }

    private void synopsis(CommandSpec command) {
        String name = command.qualifiedName(" ");
        String whole = command.commandLine().getHelp().synopsis(0).strip().replaceAll("\\s+", " ");
        line("\\fB" + escaped(name) + "\\fR" + escaped(whole.substring(name.length())));
    }

    /** @param common whether to tell of the options that every command has */
    private void arguments(CommandSpec command, boolean common) {
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            argument("\\fI" + escaped(parameter.paramLabel()) + "\\fR", parameter);
        }
        for (OptionSpec option : command.options()) {
            if (!option.hidden() && (common || !(option.usageHelp() || option.versionHelp()))) {
                String value = option.arity().max() == 0 ? "" : " \\fI" + escaped(option.paramLabel()) + "\\fR";
                argument(
                        List.of(option.names()).stream()
                                        .map(name -> "\\fB" + escaped(name) + "\\fR")
                                        .collect(Collectors.joining(", "))
                                + value,
                        option);
            }
        }
    }

    private void argument(String head, ArgSpec argument) {
        macro("TP");
        line(head);
        text(String.join(" ", argument.description()));
    }

    private void pair(String head, String meaning) {
        macro("TP");
        line("\\fB" + escaped(head.strip()) + "\\fR");
        text(meaning);
    }

    /** A sentence a line, as roff wants it. */
    private void text(String text) {
        String plain = Ansi.OFF.string(text).strip();
        for (String sentence : plain.split("(?<=[.:;]) (?=[A-Z])", -1)) {
            line(escaped(sentence).replaceAll("`([^`]*)`", "\\\\fB$1\\\\fR"));
        }
    }

    private void macro(String name, String... arguments) {
        lines.add("." + name
                + List.of(arguments).stream()
                        .map(argument -> " \"" + argument + "\"")
                        .collect(Collectors.joining()));
    }

    /** A sentence, or what stands for one, on as many lines as it needs. */
    private void line(String text) {
        String rest = text;
        while (rest.length() > WIDTH && rest.lastIndexOf(' ', WIDTH) > 0) {
            int end = rest.lastIndexOf(' ', WIDTH);
            add(rest.substring(0, end));
            rest = rest.substring(end + 1);
        }
        add(rest);
    }

    /** A dot or an apostrophe in front would make it a request. */
    private void add(String text) {
        lines.add(text.startsWith(".") || text.startsWith("'") ? "\\&" + text : text);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
    }
}
