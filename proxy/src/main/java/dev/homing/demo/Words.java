// SPDX-License-Identifier: Apache-2.0
package dev.homing.demo;

import java.util.List;

/**
 * The language that demo replicas speak: words of three letters, a token each with the space before them, so that an answer counts the
 * same tokens when it comes back as history. The same prompt is always answered by the same words.
 */
final class Words {

    private static final List<String> WORDS = List.of(
            "sun", "sea", "oak", "elm", "fox", "owl", "sky", "dew", "ice", "ash", "bay", "bee", "cat", "cod", "cow",
            "cub", "day", "den", "dog", "eel", "elk", "emu", "fen", "fir", "fog", "gem", "hay", "hen", "hop", "ivy",
            "jay", "kid", "koi", "log", "moo", "mud", "nut", "oat", "orb", "ore", "paw", "pea", "pig", "pod", "ram",
            "rat", "ray", "red", "roe", "rye", "sap", "sow", "tea", "tor", "toe", "web", "wax", "wit", "yak", "yam",
            "yew", "air", "arc", "ark");

    private Words() {}

    static String token(long seed, int index) {
        long draw = PromptHasher.mix(seed + 0x9e3779b97f4a7c15L * (index + 1));
        return " " + WORDS.get((int) (draw & 63));
    }
}
