// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import org.jspecify.annotations.Nullable;

/** Finds {@code nonce:<word>} in text that passes in pieces; a word is up to 64 letters, digits, {@code -} or {@code _}. */
final class NonceFinder {

    private static final String PREFIX = "nonce:";
    private static final int MAX_WORD = 64;

    private final StringBuilder word = new StringBuilder();
    private int matched;
    private @Nullable String found;

    /** A new message begins: what was found before is forgotten. */
    void reset() {
        found = null;
        endText();
    }

    void scan(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            char c = (char) (bytes[i] & 0xff);
            if (matched < PREFIX.length()) {
                matched = c == PREFIX.charAt(matched) ? matched + 1 : c == 'n' ? 1 : 0;
            } else if (isWord(c) && word.length() < MAX_WORD) {
                word.append(c);
            } else {
                endText();
            }
        }
    }

    /** The text ends, and with it a word that was begun. */
    void endText() {
        if (!word.isEmpty()) {
            found = word.toString();
            word.setLength(0);
        }
        matched = 0;
    }

    @Nullable String found() {
        return found;
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
