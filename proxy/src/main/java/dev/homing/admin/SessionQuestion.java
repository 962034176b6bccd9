// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.homing.routing.SessionKey;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which session of which pool shall be explained.
 *
 * @param pool null = the only one that there is
 */
record SessionQuestion(SessionQuery session, @Nullable String pool) {

    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{1,16}");

    /** Asked by a query, or by a JSON body, which no history and no log on the way keeps. */
    static Reply<SessionQuestion> parse(AdminRequest request) {
        if (request.isGet()) {
            return of(request.parameter("session"), request.parameter("hash"), request.parameter("pool"), "query");
        }
        JsonNode body;
        try {
            body = AdminJson.read(request.body());
        } catch (JsonProcessingException broken) {
            return Reply.refused(Reply.Reason.INVALID, "body: no JSON (expected: such as {\"session\":\"ID\"})");
        }
        return of(text(body, "session"), text(body, "hash"), text(body, "pool"), "body");
    }

    private static @Nullable String text(JsonNode body, String name) {
        return body.path(name).isTextual() ? body.path(name).asText() : null;
    }

    private static Reply<SessionQuestion> of(
            @Nullable String id, @Nullable String hash, @Nullable String pool, String where) {
        SessionQuery session = session(id, hash);
        return session == null
                ? Reply.refused(
                        Reply.Reason.INVALID,
                        where + ": (expected: session=ID, or hash=H with up to 16 hex digits, not both)")
                : Reply.done(new SessionQuestion(session, pool));
    }

    /** Outer blanks do not count, as in a header. */
    private static @Nullable SessionQuery session(@Nullable String id, @Nullable String hash) {
        if (id != null && hash == null && !id.isBlank()) {
            return new SessionQuery.ById(id.strip().getBytes(StandardCharsets.UTF_8));
        }
        SessionKey key = id == null && hash != null ? key(hash) : null;
        return key == null ? null : new SessionQuery.ByHash(key);
    }

    /** The key that is written so, null when it is no key. */
    static @Nullable SessionKey key(String hash) {
        return HASH.matcher(hash).matches() ? new SessionKey(Long.parseUnsignedLong(hash, 16)) : null;
    }
}
