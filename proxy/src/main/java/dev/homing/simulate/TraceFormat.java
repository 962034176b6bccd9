// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import dev.homing.simulate.TraceLine.Malformed;
import java.util.Set;

/** Makes a trace of lines that are all of one kind. */
interface TraceFormat {

    /** The fields of all kinds of lines. */
    Set<String> FIELDS = Set.of(
            "t_ms",
            "session",
            "turn",
            "input_tokens",
            "output_tokens",
            "blocks",
            "time",
            "prompt_tokens",
            "completion_tokens");

    /** The format that a file has whose first line is this. */
    static TraceFormat of(TraceLine first) throws Malformed {
        if (first.has("t_ms")) {
            return new BlockTrace();
        }
        if (first.has("time")) {
            return new AccessLogTrace();
        }
        throw new Malformed("neither t_ms nor time (expected: a request of a trace, or of homing's access log)");
    }

    void add(TraceLine line) throws Malformed;

    /** Requests that were added. */
    int size();

    Trace trace(String name, TraceMeta meta);
}
