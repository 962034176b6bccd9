// SPDX-License-Identifier: Apache-2.0
package dev.homing.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The simple commands of shell lines as pages show them: split at operators and into words, without comments. Quotes are kept together, not expanded. */
final class ShellLines {

    private static final String OPERATORS = "|&;";

    /** What may stand before a command, or behind one, without being one. */
    private static final Set<String> AROUND =
            Set.of("do", "done", "then", "else", "fi", "!", "{", "}", "sudo", "nohup");

    private final List<List<String>> commands = new ArrayList<>();
    private List<String> words = new ArrayList<>();
    private StringBuilder word = new StringBuilder();
    private boolean inWord;
    private char quote;

    private ShellLines() {}

    /** Each command with its words, in order. */
    static List<List<String>> commands(String text) {
        ShellLines lines = new ShellLines();
        lines.read(text.replace("\\\n", " "));
        return lines.commands;
    }

    private void read(String text) {
        boolean comment = false;
        for (char c : (text + "\n").toCharArray()) {
            comment &= c != '\n';
            if (comment) {
                continue;
            }
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
                word.append(quote == 0 ? "" : c);
            } else if (c == '\'' || c == '"') {
                quote = c;
                inWord = true;
            } else if (c == '#' && !inWord) {
                comment = true;
            } else if (Character.isWhitespace(c) || OPERATORS.indexOf(c) >= 0) {
                endWord();
                if (c == '\n' || OPERATORS.indexOf(c) >= 0) {
                    endCommand();
                }
            } else {
                inWord = true;
                word.append(c);
            }
        }
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
        }
        word = new StringBuilder();
        inWord = false;
    }

    private void endCommand() {
        while (!words.isEmpty() && isAround(words.get(0))) {
            words.remove(0);
        }
        if (!words.isEmpty()) {
            commands.add(words);
        }
        words = new ArrayList<>();
    }

    /** Assignments before a command belong to its environment; a function's name stands before what it does. */
    private static boolean isAround(String word) {
        return AROUND.contains(word) || word.matches("\\w+=.*|\\w+\\(\\)");
    }
}
