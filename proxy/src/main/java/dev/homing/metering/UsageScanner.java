// SPDX-License-Identifier: Apache-2.0
package dev.homing.metering;

import io.netty.buffer.ByteBuf;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads token usage and the moment of the first content out of one answer while its bytes pass: it keeps none of them, allocates nothing
 * for a token behind the first, and takes them cut anywhere. Confined to the answer's event loop.
 */
public final class UsageScanner {

    private static final String EVENT_STREAM = "text/event-stream";

    private final Tally tally;
    private final JsonScanner json;
    private final @Nullable EventLines events;
    private final Told told = new Told();
    private boolean contentSeen;

    private UsageScanner(Dialect dialect, boolean stream) {
        tally = dialect.tally();
        json = new JsonScanner(dialect.paths(), new Finds());
        if (stream) {
            events = new EventLines(json);
        } else {
            events = null;
            json.begin();
        }
    }

    /**
     * Whether the answer to this request should tell usage: a generation that went well. One for which {@link #forResponse} has no scanner
     * all the same (compressed, or neither JSON nor an event stream) counts as an answer that told none.
     *
     * @param path with or without its query
     */
    public static boolean expected(String method, String path, int status) {
        return dialect(method, path, status) != null;
    }

    /** A scanner for the answer's body, null when it is no generation's or cannot be read. */
    public static @Nullable UsageScanner forResponse(
            String method,
            String path,
            int status,
            @Nullable CharSequence contentType,
            @Nullable CharSequence contentEncoding) {
        Dialect dialect = dialect(method, path, status);
        if (dialect == null || !isPlain(contentEncoding)) {
            return null;
        }
        return switch (mediaType(contentType)) {
            case EVENT_STREAM -> new UsageScanner(dialect, true);
            case "application/json" -> new UsageScanner(dialect, false);
            default -> null;
        };
    }

    /** Whether an answer of such fields is an event stream that can be read, not compressed. */
    public static boolean isEventStream(@Nullable CharSequence contentType, @Nullable CharSequence contentEncoding) {
        return isPlain(contentEncoding) && mediaType(contentType).equals(EVENT_STREAM);
    }

    /** The next bytes of the body, chunk framing removed. Leaves the buffer's indices and reference count alone; never throws for what they say. */
    public void payload(ByteBuf buf, int index, int length) {
        if (events != null) {
            events.read(buf, index, index + length, contentSeen);
        } else {
            json.read(buf, index, index + length);
        }
    }

    /**
     * Whether the first content has passed: text, reasoning or a piece of a tool call, but not a role, an empty string or a ping. Always
     * false for an answer that is not streamed, whose first byte comes when all is done.
     */
    public boolean contentSeen() {
        return events != null && contentSeen;
    }

    /** Whether the answer is an event stream. */
    public boolean streamed() {
        return events != null;
    }

    /** What the answer has told so far, null when nothing. */
    public @Nullable Usage usage() {
        return tally.usage();
    }

    private static @Nullable Dialect dialect(String method, String path, int status) {
        if (status < 200 || status > 299 || !method.equals("POST")) {
            return null;
        }
        int query = path.indexOf('?');
        return Dialect.of(query < 0 ? path : path.substring(0, query));
    }

    private static boolean isPlain(@Nullable CharSequence contentEncoding) {
        return contentEncoding == null || contentEncoding.toString().strip().equalsIgnoreCase("identity");
    }

    /** Type and subtype in lower case, without parameters (RFC 9110 section 8.3.1). */
    private static String mediaType(@Nullable CharSequence contentType) {
        if (contentType == null) {
            return "";
        }
        String text = contentType.toString();
        int parameters = text.indexOf(';');
        return (parameters < 0 ? text : text.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    }

    private final class Finds implements JsonScanner.Sink {

        @Override
        public void documentBegin() {
            told.forget();
        }

        @Override
        public void number(Field field, long value) {
            told.tell(field, value);
        }

        @Override
        public void content() {
            contentSeen = true;
        }

        @Override
        public void documentEnd() {
            tally.document(told);
        }
    }
}
