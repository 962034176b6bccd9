// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;

/** SnakeYAML's complaints in this project's words. Its snippets of the file are left out: they may show a secret. */
final class YamlFaults {

    private YamlFaults() {}

    static String message(MarkedYAMLException fault) {
        String problem = fault.getProblem() == null ? "something unreadable" : fault.getProblem();
        if (problem.contains("TAB")) {
            return "found a tab, expected spaces (YAML forbids tabs as indentation)";
        }
        if (problem.contains("tag handle")) {
            return "found a YAML tag (!), expected a value without one";
        }
        String context =
                fault.getContext() == null ? "" : " (" + fault.getContext().strip() + ")";
        return "found no valid YAML, expected it: " + Words.printable(problem.strip() + context);
    }

    static String message(ReaderException fault) {
        return String.format("found the character U+%04X, expected printable text", fault.getCodePoint());
    }

    /** The place of a code point, given by its number in the text. */
    static Place place(String text, int codePoint) {
        int end = text.offsetByCodePoints(0, Math.min(codePoint, text.codePointCount(0, text.length())));
        int lineStart = text.lastIndexOf('\n', end - 1) + 1;
        int line = 1
                + (int) text.substring(0, lineStart)
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        return new Place(line, 1 + text.codePointCount(lineStart, end));
    }
}
