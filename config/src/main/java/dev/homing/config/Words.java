// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.Collection;

/** The wording of messages: how texts are quoted, and which known word someone may have meant. */
final class Words {

    private static final int LONGEST_QUOTE = 80;
    private static final int LONGEST_GUESS = 64;

    private Words() {}

    /** {@code text} in double quotes, cut to a line's length, without control characters and without the password of an address. */
    static String quote(String text) {
        int host = text.indexOf("//") + 2;
        int at = text.lastIndexOf('@');
        String shown = host >= 2 && at >= host ? text.substring(0, host) + "***" + text.substring(at) : text;
        return '"' + printable(shown) + '"';
    }

    /** {@code text} on one line: control characters become their code, and what is too long is cut. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (i == LONGEST_QUOTE) {
                return out.append("...").toString();
            }
            char c = text.charAt(i);
            if (Character.isISOControl(c) || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** The known word closest to {@code word}, or an empty text when none is close enough to be worth a guess. */
    static String nearest(String word, Collection<String> known) {
        String best = "";
        if (word.length() > LONGEST_GUESS) {
            return best;
        }
        int least = 1 + Math.max(1, word.length() / 3);
        for (String candidate : known) {
            int distance = distance(word, candidate);
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** Edits between two words, a swap of neighbours counted as one (Damerau-Levenshtein, optimal string alignment). */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : step(a, b, d, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int step(String a, String b, int[][] d, int i, int j) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int least = Math.min(d[i - 1][j - 1] + (same ? 0 : 1), Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, d[i - 2][j - 2] + 1) : least;
    }
}
