// SPDX-License-Identifier: Apache-2.0
package dev.homing.affinity;

import dev.homing.routing.SessionKey;
import dev.homing.routing.SipHash;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds the session of a request in its headers: the first configured header that has a value which is not blank. The value is opaque; blanks
 * around it (RFC 9110, section 5.5: SP and HTAB) are no part of it, everything else is, byte for byte. An id from the body that has the same bytes
 * names the same session.
 */
public final class SessionKeyExtractor {

    private static final AsciiString API_KEY = AsciiString.cached("x-api-key");

    private final String poolName;
    private final boolean byCredential;
    private final SipHash hash;
    private final Name[] names;

    /**
     * @param poolName is hashed too, so that equal ids in two pools are two sessions
     * @param headerNames in order of precedence; compared without case
     * @param byCredential whether equal ids under different credentials are different sessions
     */
    public SessionKeyExtractor(String poolName, List<String> headerNames, boolean byCredential, SipHash hash) {
        this.poolName = poolName;
        this.byCredential = byCredential;
        this.hash = hash;
        this.names = headerNames.stream().map(Name::of).toArray(Name[]::new);
    }

    /**
     * A session that was found.
     *
     * @param source what named it, as a metric's label: {@code header:x-session-id}
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
            SessionKey key = key(headers, first);
            if (key == null) {
                key = firstKey(headers, headers.getAll(name.header()));
            }
            if (key != null) {
                return new Match(key, name.source());
            }
        }
        return null;
    }

    /**
     * The session that something else in the request names.
     *
     * @param value not blank, without blanks around it
     */
    public Match named(String source, String value, HttpHeaders headers) {
        String bytes = new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return new Match(key(headers, bytes, 0, bytes.length()), source);
    }

    /** What stands in place of a new session's own key where its prompt says where it begins; whose session it is does not matter for that. */
    public SessionKey home(String opening) {
        return hash.key(poolName, opening, 0, opening.length());
    }

    private @Nullable SessionKey firstKey(HttpHeaders headers, List<String> values) {
        for (String value : values) {
            SessionKey key = key(headers, value);
            if (key != null) {
                return key;
            }
        }
        return null;
    }

    private @Nullable SessionKey key(HttpHeaders headers, String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) {
            start++;
        }
        while (start < end && isBlank(value.charAt(end - 1))) {
            end--;
        }
        return start == end ? null : key(headers, value, start, end);
    }

    private SessionKey key(HttpHeaders headers, String value, int start, int end) {
        return byCredential
                ? hash.key(poolName, credential(headers), value, start, end)
                : hash.key(poolName, value, start, end);
    }

    /** What the client proves itself by, empty when it does not. */
    private static String credential(HttpHeaders headers) {
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION);
        return authorization != null ? authorization : headers.get(API_KEY, "");
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
