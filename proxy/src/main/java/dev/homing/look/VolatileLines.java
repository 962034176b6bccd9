// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import java.util.List;
import java.util.stream.Collectors;

/** Lines of prompts that change from one turn of a conversation to the next, and so are no part of what identifies it. */
final class VolatileLines {

    /**
     * How they begin, blanks aside: Claude Code's line of accounting, with a number of its own in every request, which llama-server and vLLM
     * leave out too; and the date in the system prompts of Claude Code and OpenCode.
     */
    private static final List<String> BEGINNINGS = List.of("x-anthropic-billing-header:", "Today's date:");

    private VolatileLines() {}

    static String leftOutOf(String text) {
        if (BEGINNINGS.stream().noneMatch(text::contains)) {
            return text;
        }
        return text.lines()
                .filter(line -> BEGINNINGS.stream().noneMatch(line.strip()::startsWith))
                .collect(Collectors.joining("\n"));
    }
}
