// SPDX-License-Identifier: Apache-2.0
package dev.homing.e2e.storm;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The head of an HTTP/1 message.
 *
 * @param first its first line
 * @param fields its other lines
 */
public record HttpHead(String first, List<String> fields) {

    /** The first value of a field, its name in lower case; null when there is none. */
    public @Nullable String value(String name) {
        for (String field : fields) {
            if (field.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                return field.substring(name.length() + 1).strip();
            }
        }
        return null;
    }

    /** What it declares for the length of its body, -1 when nothing. */
    public int length() {
        String length = value("content-length");
        return length == null ? -1 : Integer.parseInt(length);
    }

    public boolean chunked() {
        return value("transfer-encoding") != null;
    }

    /** Of a response. */
    public int status() {
        return Integer.parseInt(first.substring(9, 12));
    }
}
