// SPDX-License-Identifier: Apache-2.0
package dev.homing.observe;

import dev.homing.config.Telemetry.Format;
import java.nio.charset.StandardCharsets;

/** Single lines of the access log, as tests of other packages see them. */
public final class AccessLines {

    private AccessLines() {}

    /** That entry as JSON, without the end of its line. */
    public static String json(AccessEntry entry) {
        return line(Format.JSON, entry);
    }

    static String line(Format format, AccessEntry entry) {
        LineBuffer out = new LineBuffer();
        new AccessLine(format, out, 0).add(entry);
        String line = StandardCharsets.US_ASCII.decode(out.bytes()).toString();
        if (!line.endsWith("\n") || line.indexOf('\n') < line.length() - 1) {
            throw new AssertionError("one whole line: " + line);
        }
        return line.substring(0, line.length() - 1);
    }
}
