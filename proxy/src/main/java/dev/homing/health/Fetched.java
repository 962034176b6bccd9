// SPDX-License-Identifier: Apache-2.0
package dev.homing.health;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What came of one request to a backend. */
public sealed interface Fetched {

    /**
     * An answer.
     *
     * @param status as it came, 100 to 999 if the backend keeps to RFC 9110
     * @param headers by their names in lower case; of several fields of one name the first
     * @param body its beginning, with chars for bytes
     */
    record Page(int status, Map<String, String> headers, String body) implements Fetched {

        public Page {
            headers = Map.copyOf(headers);
        }

        /** The value of a header, null when it has none of that name. */
        public @Nullable String header(String name) {
            return headers.get(lower(name));
        }

        /** The body's bytes as they came. */
        public byte[] bytes() {
            return body.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * No answer, or a broken one.
     *
     * @param why one of those that are no {@link ProbeResult.Answered}
     */
    record Nothing(ProbeResult why) implements Fetched {}

    /** How names of headers are compared. */
    static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
