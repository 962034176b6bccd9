// SPDX-License-Identifier: Apache-2.0
package dev.homing.look;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What Claude Code puts into {@code metadata.user_id}: device, account and session in one string. Before 2.1.78 that is
 * {@code user_<hash>_account_<id>_session_<id>}, since then a JSON object in a string, with a {@code session_id}.
 */
public final class ClaudeUserId {

    /** Where it stands. */
    public static final String PATH = "metadata.user_id";

    /** Characters of the longest value that is taken apart; both forms are shorter than 300. */
    private static final int MAX_LENGTH = 4096;

    private static final String SESSION = "_session_";
    private static final Wanted SESSION_ID = new Wanted(BodyKeys.of(List.of("session_id")), null);

    private ClaudeUserId() {}

    /** The session that a value at {@link #PATH} names: its session part where it has one, else all of it. */
    public static String session(String value) {
        if (value.length() > MAX_LENGTH) {
            return value;
        }
        if (value.startsWith("{")) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            Look look = Look.begin(SESSION_ID, bytes.length);
            look.read(ByteBuffer.wrap(bytes));
            look.end();
            BodyKey key = look.key();
            return key == null ? value : key.value();
        }
        int session = value.startsWith("user_") ? value.lastIndexOf(SESSION) : -1;
        String part = session < 0 ? "" : value.substring(session + SESSION.length());
        return part.isEmpty() ? value : part;
    }
}
