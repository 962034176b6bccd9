// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.simulate.TraceLine.Malformed;
import java.util.Set;

/** A line of a trace in logfmt: {@code name=value name="value"}, with what stands in quotes escaped as in JSON. */
final class LogfmtLine {

    private static final int UNICODE_DIGITS = 4;

    private final String text;
    private int at;

    private LogfmtLine(String text) {
        this.text = text;
    }

    /** Whether it begins as such a line does, and no other. */
    static boolean isBegunBy(String text) {
        int i = 0;
        while (i < text.length() && isOfName(text.charAt(i))) {
            i++;
        }
        return i > 0 && i < text.length() && text.charAt(i) == '=';
    }

    /** @param wanted names of fields; others are passed over */
    static TraceLine parse(String text, Set<String> wanted) throws Malformed {
        TraceLine line = new TraceLine();
        LogfmtLine reader = new LogfmtLine(text);
        reader.blanks();
        while (reader.at < text.length()) {
            reader.field(line, wanted);
            reader.blanks();
        }
        return line;
    }

    private void field(TraceLine line, Set<String> wanted) throws Malformed {
        int start = at;
        while (at < text.length() && isOfName(text.charAt(at))) {
            at++;
        }
        String name = text.substring(start, at);
        if (name.isEmpty() || at == text.length() || text.charAt(at) != '=') {
            throw new Malformed("found " + TraceLine.brief(text.substring(start)) + " (expected: name=value)");
        }
        at++;
        Object value = at < text.length() && text.charAt(at) == '"' ? quoted(name) : new TraceLine.Bare(bare());
        if (wanted.contains(name)) {
            line.put(name, value);
        }
    }

    private String bare() {
        int start = at;
        while (at < text.length() && text.charAt(at) > ' ') {
            at++;
        }
        return text.substring(start, at);
    }

    private String quoted(String name) throws Malformed {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
            value.append(text.charAt(at) == '\\' ? escaped(name) : text.charAt(at));
        }
        if (at >= text.length()) {
            throw new Malformed(name + ": its quotes do not end (expected: a whole line)");
        }
        at++;
        return value.toString();
    }

    /** What an escape stands for; leaves off at its last character. */
    private char escaped(String name) throws Malformed {
        at++;
        char c = at < text.length() ? text.charAt(at) : ' ';
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode(name);
            default -> throw new Malformed(name + ": '\\" + c + "' (expected: an escape of JSON)");
        };
    }

    private char unicode(String name) throws Malformed {
        int value = 0;
        for (int i = 0; i < UNICODE_DIGITS; i++) {
            at++;
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw new Malformed(name + ": '\\u' (expected: four hexadecimal digits behind it)");
            }
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private void blanks() {
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
    }

    private static boolean isOfName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "_.-".indexOf(c) >= 0;
    }
}
