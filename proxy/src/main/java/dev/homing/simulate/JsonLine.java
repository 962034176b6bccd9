// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of one JSON object that somebody asked for: texts, numbers and lists of whole numbers. */
final class JsonLine {

    /** Exact in a double, as all whole numbers below it. */
    private static final double EXACT = 1e15;

    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, Object> fields = new HashMap<>();

    /** What has no use here, whatever its content. */
    private enum Kind {
        OBJECT("an object"),
        BOOLEAN("a boolean");

        private final String shown;

        Kind(String shown) {
            this.shown = shown;
        }
    }

    /** A line that is not as it should be; the message says how. */
    static final class Malformed extends Exception {

        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    /** @param wanted names of fields; others are passed over */
    static JsonLine parse(String text, Set<String> wanted) throws Malformed {
        JsonLine line = new JsonLine();
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Malformed("found " + brief(text) + " (expected: a JSON object)");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                if (wanted.contains(name)) {
                    line.put(name, parser);
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new Malformed("more than one JSON object (expected: one a line)");
            }
            return line;
        } catch (JsonProcessingException e) {
            throw new Malformed(e.getOriginalMessage().replace('\n', ' ') + " (expected: a JSON object)");
        } catch (IOException e) {
            throw new AssertionError("a string is read without fail", e);
        }
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    /** A text; null when there is none, or null. A whole number counts as its digits. */
    @Nullable String text(String name) throws Malformed {
        Object value = fields.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        if (value instanceof Double number && number % 1 == 0) {
            return String.valueOf(number.longValue());
        }
        throw new Malformed(name + ": " + shown(value) + " (expected: a string)");
    }

    /** A number within these bounds, rounded. */
    long number(String name, long least, long most) throws Malformed {
        Object value = fields.get(name);
        if (value instanceof Double number && number >= least && number <= most) {
            return Math.round(number);
        }
        throw new Malformed(name + ": " + shown(value) + " (expected: a number from " + least + " to " + most + ")");
    }

    /** A list of whole numbers that are not negative. */
    long[] numbers(String name) throws Malformed {
        Object value = fields.get(name);
        if (value instanceof long[] list) {
            return list;
        }
        throw new Malformed(name + ": " + shown(value) + " (expected: a list of whole numbers)");
    }

    private void put(String name, JsonParser parser) throws IOException, Malformed {
        switch (parser.currentToken()) {
            case VALUE_STRING -> fields.put(name, parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> fields.put(name, parser.getDoubleValue());
            case START_ARRAY -> fields.put(name, list(name, parser));
            case VALUE_NULL -> {}
            case START_OBJECT -> {
                fields.put(name, Kind.OBJECT);
                parser.skipChildren();
            }
            default -> fields.put(name, Kind.BOOLEAN);
        }
    }

    private static long[] list(String name, JsonParser parser) throws IOException, Malformed {
        long[] list = new long[16];
        int size = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (!isWhole(parser)) {
                throw new Malformed(
                        name + "[" + size + "]: " + brief(parser.getText()) + " (expected: a whole number, 0 or more)");
            }
            list = size == list.length ? Arrays.copyOf(list, 2 * size) : list;
            list[size++] = parser.getLongValue();
        }
        return Arrays.copyOf(list, size);
    }

    private static boolean isWhole(JsonParser parser) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                && parser.getLongValue() >= 0;
    }

    private static String shown(@Nullable Object value) {
        if (value == null) {
            return "missing";
        }
        if (value instanceof Double number) {
            return number % 1 == 0 && Math.abs(number) <= EXACT
                    ? String.valueOf(number.longValue())
                    : number.toString();
        }
        return value instanceof String text ? brief(text) : value instanceof long[] ? "a list" : ((Kind) value).shown;
    }

    private static String brief(String text) {
        String line = text.strip();
        return "'" + (line.length() > 40 ? line.substring(0, 40) + "..." : line) + "'";
    }
}
