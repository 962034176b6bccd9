// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a backend's {@code /props} tell of how many requests it works on at once. */
public sealed interface SlotCount {

    /** What was seen, half a sentence for people. */
    String text();

    /** Where a llama-server tells it. */
    String PATH = "/props";

    /** More than any engine has; what claims to have more is not understood. */
    int MOST = 1_000_000;

    /**
     * The member of that name. In the text of another one, such as the chat template, a backslash would stand before the second quote.
     */
    Pattern MEMBER = Pattern.compile("\"total_slots\"\\s*:\\s*([0-9]{1,7})(?![0-9.eE])");

    /** It tells: {@code 1} to {@link #MOST}. */
    record Told(int slots) implements SlotCount {

        @Override
        public String text() {
            return slots + " slots";
        }
    }

    /**
     * It answered, and tells none: another engine, or one that wants a key.
     *
     * @param status of the answer
     */
    record Silent(int status) implements SlotCount {

        @Override
        public String text() {
            return "answered " + status + " without any";
        }
    }

    /**
     * It did not answer properly, which it may do another time.
     *
     * @param text what came instead
     */
    record NoAnswer(String text) implements SlotCount {}

    /**
     * Reads an answer.
     *
     * @param body JSON; its beginning is enough if the member is in it
     */
    static SlotCount of(int status, CharSequence body) {
        if (status >= 500 && status != 501) {
            return new NoAnswer("answered " + status);
        }
        Matcher member = MEMBER.matcher(body);
        int slots = status == 200 && member.find() ? Integer.parseInt(member.group(1)) : 0;
        return slots >= 1 && slots <= MOST ? new Told(slots) : new Silent(status);
    }
}
