// SPDX-License-Identifier: Apache-2.0
package dev.homing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A second reader of HTTP/1, written from the grammar of RFC 9112 and sharing nothing with the one under test: one cursor over a whole text,
 * chars for bytes, that stops at the first thing which the grammar does not have.
 */
public final class StrictHttp {

    private static final Pattern REQUEST_LINE =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-\"$-~]+) HTTP/1\\.([01])");
    /** Without a reason its space may be missing: RFC 9112 section 4 has recipients ignore blanks at the end. */
    private static final Pattern STATUS_LINE =
            Pattern.compile("HTTP/1\\.([01]) ([1-5][0-9][0-9])(?: [\t -~\u0080-\u00ff]*)?");

    private static final Pattern FIELD = Pattern.compile(
            "([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[!-~\u0080-\u00ff](?:[\t -~\u0080-\u00ff]*[!-~\u0080-\u00ff])?)?)[ \t]*");

    private static final Pattern SIZE = Pattern.compile("([0-9A-Fa-f]{1,16})[ \t]*(?:;[\t -~\u0080-\u00ff]*)?");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    private final String text;
    private int at;

    private StrictHttp(String text) {
        this.text = text;
    }

    /**
     * A message.
     *
     * @param first its request line in three parts, or its version and status
     * @param fields names and values in turn
     * @param framing {@code none}, {@code close}, {@code chunked} or a length
     * @param body what is here of it
     * @param complete whether all of it is
     */
    public record Message(List<String> first, List<String> fields, String framing, String body, boolean complete) {

        /** All values of that field. */
        public List<String> all(String name) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < fields.size(); i += 2) {
                if (fields.get(i).equalsIgnoreCase(name)) {
                    values.add(fields.get(i + 1));
                }
            }
            return values;
        }
    }

    /**
     * What a text holds.
     *
     * @param messages the last may be incomplete
     * @param fault where the grammar ends, null when it holds to the end of the text
     * @param rest what was not read: behind the fault, or of a head that is not complete
     */
    public record Reading(List<Message> messages, @Nullable String fault, String rest) {}

    private static final class Fault extends Exception {

        private static final long serialVersionUID = 1L;

        Fault(String what) {
            super(what);
        }
    }

    /** All requests, one behind the other. */
    public static Reading requests(String text) {
        StrictHttp reader = new StrictHttp(text);
        return reader.read(Integer.MAX_VALUE, REQUEST_LINE, false);
    }

    /** One final response with the interim ones before it. */
    public static Reading response(String text, boolean toHead) {
        StrictHttp reader = new StrictHttp(text);
        return reader.read(1, STATUS_LINE, toHead);
    }

    private Reading read(int most, Pattern firstLine, boolean toHead) {
        List<Message> messages = new ArrayList<>();
        String fault = null;
        int begun = at;
        try {
            for (int finals = 0; finals < most && at < text.length(); ) {
                while (firstLine == REQUEST_LINE && text.startsWith("\r\n", at)) {
                    at += 2;
                }
                begun = at;
                Message message = message(firstLine, toHead, messages);
                if (message == null) {
                    break;
                }
                finals += firstLine == STATUS_LINE && message.first().get(1).startsWith("1") ? 0 : 1;
                begun = at;
            }
        } catch (Fault e) {
            fault = e.getMessage() + " at " + at;
        }
        return new Reading(messages, fault, text.substring(begun));
    }

    /** The next one, which is also put at the end of {@code messages} as soon as its head is read; null when the text ends in it. */
    private @Nullable Message message(Pattern firstLine, boolean toHead, List<Message> messages) throws Fault {
        String line = line();
        if (line == null) {
            return null;
        }
        Matcher matcher = firstLine.matcher(line);
        require(matcher.matches(), "first line");
        List<String> first = new ArrayList<>();
        for (int group = 1; group <= matcher.groupCount(); group++) {
            first.add(matcher.group(group));
        }
        List<String> fields = fields();
        if (fields == null) {
            return null;
        }
        Message head = new Message(first, fields, "none", "", false);
        String framing = firstLine == REQUEST_LINE ? ofRequest(head) : ofResponse(head, toHead);
        int place = messages.size();
        messages.add(new Message(first, fields, framing, "", false));
        StringBuilder body = new StringBuilder();
        boolean complete = false;
        try {
            complete = body(framing, body);
        } finally {
            messages.set(place, new Message(first, fields, framing, body.toString(), complete));
        }
        return complete ? messages.get(place) : null;
    }

    private static String ofRequest(Message head) throws Fault {
        List<String> hosts = head.all("Host");
        require(hosts.size() == 1 || (hosts.isEmpty() && head.first().get(2).equals("0")), "Host");
        return framing(head, head.first().get(2), "none");
    }

    private static String ofResponse(Message head, boolean toHead) throws Fault {
        String status = head.first().get(1);
        if (toHead || status.startsWith("1") || status.equals("204") || status.equals("304")) {
            return "none";
        }
        return framing(head, head.first().get(0), "close");
    }

    private static String framing(Message head, String minor, String otherwise) throws Fault {
        List<String> lengths = head.all("Content-Length");
        List<String> codings = head.all("Transfer-Encoding");
        if (!codings.isEmpty()) {
            require(
                    codings.size() == 1
                            && codings.get(0).toLowerCase(Locale.ROOT).equals("chunked")
                            && lengths.isEmpty()
                            && minor.equals("1"),
                    "Transfer-Encoding");
            return "chunked";
        }
        if (lengths.isEmpty()) {
            return otherwise;
        }
        require(lengths.size() == 1 && LENGTH.matcher(lengths.get(0)).matches(), "Content-Length");
        return Long.toString(Long.parseLong(lengths.get(0)));
    }

    private boolean body(String framing, StringBuilder body) throws Fault {
        return switch (framing) {
            case "none" -> true;
            case "close" -> {
                take(Long.MAX_VALUE, body);
                yield false;
            }
            case "chunked" -> chunks(body);
            default -> take(Long.parseLong(framing), body);
        };
    }

    private boolean chunks(StringBuilder body) throws Fault {
        while (true) {
            String line = line();
            if (line == null) {
                return false;
            }
            Matcher matcher = SIZE.matcher(line);
            require(matcher.matches(), "chunk size");
            long size = Long.parseUnsignedLong(matcher.group(1), 16);
            require(size >= 0, "chunk size");
            if (size == 0) {
                return fields() != null;
            }
            if (!take(size, body) || at == text.length()) {
                return false;
            }
            require("\r\n".startsWith(text.substring(at, Math.min(text.length(), at + 2))), "end of a chunk");
            if (at + 2 > text.length()) {
                return false;
            }
            at += 2;
        }
    }

    /** Names and values up to the empty line and past it; null when the text ends in them. */
    private @Nullable List<String> fields() throws Fault {
        List<String> fields = new ArrayList<>();
        for (String line = line(); line != null; line = line()) {
            if (line.isEmpty()) {
                return fields;
            }
            Matcher matcher = FIELD.matcher(line);
            require(matcher.matches(), "field");
            fields.add(matcher.group(1));
            fields.add(matcher.group(2));
        }
        return null;
    }

    private boolean take(long length, StringBuilder into) {
        int end = (int) Math.min(text.length(), at + Math.min(length, text.length()));
        into.append(text, at, end);
        boolean all = end - at == length;
        at = end;
        return all;
    }

    /** The next line without its CRLF; null when the text ends in it. */
    private @Nullable String line() {
        int end = text.indexOf("\r\n", at);
        if (end < 0) {
            return null;
        }
        String line = text.substring(at, end);
        at = end + 2;
        return line;
    }

    private static void require(boolean holds, String what) throws Fault {
        if (!holds) {
            throw new Fault(what);
        }
    }
}
