// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import java.util.regex.Pattern;

/**
 * A server's own words, fit for a log, a terminal and a comment in YAML: without what ends a line in any of them, steers a terminal or turns the direction
 * of writing, and not endless.
 */
public final class PlainText {

    /** Characters that are kept. */
    private static final int LONGEST = 200;

    /** Controls, lone surrogates, separators of lines and paragraphs, marks of direction, and what is no character. */
    private static final Pattern UNFIT =
            Pattern.compile("[\\p{Cc}\\p{Cs}\\u2028-\\u202E\\u2066-\\u2069\\uFFFE\\uFFFF]");

    private PlainText() {}

    public static String of(String words) {
        String text = UNFIT.matcher(words).replaceAll("");
        if (text.length() <= LONGEST) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST);
    }
}
