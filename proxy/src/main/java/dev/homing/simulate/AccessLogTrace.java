// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.simulate.TraceLine.Malformed;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A trace made of homing's access log: {@code time, session, prompt_tokens, completion_tokens}. A log knows no blocks, so within a session each
 * prompt is taken to extend the one before, and between sessions nothing is shared. Lines that tell no prompt tokens, such as those of
 * refused requests, are left out.
 */
final class AccessLogTrace implements TraceFormat {

    /** Small, because what does not fill a block is not shared. */
    private static final int BLOCK_TOKENS = 64;

    /** All years of the log begin with this, which bounds what lies between two lines. */
    private static final int CENTURY = 20;

    private final List<Line> lines = new ArrayList<>();

    private record Line(@Nullable String session, long millis, long promptTokens, long completionTokens) {}

    @Override
    public void add(TraceLine line) throws Malformed {
        if (!line.has("prompt_tokens")) {
            return;
        }
        lines.add(new Line(
                line.text("session"),
                millis(line.text("time")),
                line.number("prompt_tokens", 0, Prompt.MOST_TOKENS),
                line.has("completion_tokens") ? line.number("completion_tokens", 0, Prompt.MOST_TOKENS) : 0));
    }

    @Override
    public int size() {
        return lines.size();
    }

    @Override
    public Trace trace(String name, TraceMeta meta) {
        lines.sort(Comparator.comparingLong(Line::millis)); // a log is in the order in which requests ended
        long first = lines.get(0).millis();
        Map<String, int[]> histories = new HashMap<>();
        List<Trace.Request> requests = new ArrayList<>(lines.size());
        int known = 0;
        for (Line line : lines) {
            int[] before = line.session() == null ? new int[0] : histories.getOrDefault(line.session(), new int[0]);
            int[] blocks = Arrays.copyOf(before, (int) (line.promptTokens() / BLOCK_TOKENS));
            for (int i = before.length; i < blocks.length; i++) {
                blocks[i] = known++;
            }
            if (line.session() != null && blocks.length > before.length) {
                histories.put(line.session(), blocks);
            }
            Prompt prompt = new Prompt(Math.max(1, line.promptTokens()), line.completionTokens(), blocks);
            requests.add(new Trace.Request(line.session(), requests.size(), line.millis() - first, prompt));
        }
        return new Trace(name, BLOCK_TOKENS, known, Set.of(), requests);
    }

    private static long millis(@Nullable String time) throws Malformed {
        try {
            OffsetDateTime then = OffsetDateTime.parse(time == null ? "" : time);
            if (then.getYear() / 100 == CENTURY) {
                return then.toInstant().toEpochMilli();
            }
        } catch (DateTimeParseException e) {
            // told below
        }
        throw new Malformed("time: " + (time == null ? "missing" : "'" + time + "'")
                + " (expected: a time of this century, such as 2026-01-31T12:00:00.000Z)");
    }
}
