// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds the session of a request in its headers: the first configured header that has a value which is not blank. The value is opaque; blanks
 * around it (RFC 9110, section 5.5: SP and HTAB) are no part of it, everything else is, byte for byte.
 */
public final class SessionKeyExtractor {

    private final String poolName;
    private final SipHash hash;
    private final Name[] names;

    /**
     * @param poolName is hashed too, so that equal ids in two pools are two sessions
     * @param headerNames in order of precedence; compared without case
     */
    public SessionKeyExtractor(String poolName, List<String> headerNames, SipHash hash) {
        this.poolName = poolName;
        this.hash = hash;
        this.names = headerNames.stream().map(Name::of).toArray(Name[]::new);
    }

    /**
     * A session that was found.
     *
     * @param source which header named it, as a metric's label: {@code header:x-session-id}
     */
    public record Match(SessionKey key, String source) {}

    private record Name(AsciiString header, String source) {

        static Name of(String configured) {
            String lower = configured.toLowerCase(Locale.ROOT);
            return new Name(AsciiString.cached(lower), "header:" + lower);
        }
    }

    /** The session that these headers name, null when they name none. Of a doubled header the first value that is not blank counts. */
    public @Nullable Match find(HttpHeaders headers) {
        for (Name name : names) {
            String first = headers.get(name.header());
            if (first == null) {
                continue;
            }
            SessionKey key = key(first);
            if (key == null) {
                key = firstKey(headers.getAll(name.header()));
            }
            if (key != null) {
                return new Match(key, name.source());
            }
        }
        return null;
    }

    private @Nullable SessionKey firstKey(List<String> values) {
        for (String value : values) {
            SessionKey key = key(value);
            if (key != null) {
                return key;
            }
        }
        return null;
    }

    private @Nullable SessionKey key(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) {
            start++;
        }
        while (start < end && isBlank(value.charAt(end - 1))) {
            end--;
        }
        return start == end ? null : hash.key(poolName, value, start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
