// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a session is bound, in words that every proxy of a fleet understands: as it stands in their shared table.
 *
 * @param pool the pool's name
 * @param backend the id of the backend that it is bound to
 * @param first the id of the backend that it began on, or to which it went of its own accord
 */
public record Binding(String pool, String backend, String first) {

    private static final Pattern BLANK = Pattern.compile(" ");

    /** {@code chat b2}, and {@code chat b2 b1} where it began on another one; neither pools nor backends have blanks in their names. */
    public String text() {
        return backend.equals(first) ? pool + ' ' + backend : pool + ' ' + backend + ' ' + first;
    }

    /** The binding that a text stands for; null when it is none, as something else may have written it. */
    public static @Nullable Binding of(String text) {
        String[] words = BLANK.split(text, -1);
        return switch (words.length) {
            case 2 -> new Binding(words[0], words[1], words[1]);
            case 3 -> new Binding(words[0], words[1], words[2]);
            default -> null;
        };
    }
}
