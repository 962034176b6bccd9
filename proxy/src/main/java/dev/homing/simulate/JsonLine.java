// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.homing.simulate.TraceLine.Malformed;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;

/** A line of a trace that is a JSON object. */
final class JsonLine {

    /** What has no use here, whatever its content. */
    private static final Object OBJECT = new Useless("an object");

    private static final Object BOOLEAN = new Useless("a boolean");

    private static final JsonFactory JSON = new JsonFactory();

    private record Useless(String shown) {

        @Override
        public String toString() {
            return shown;
        }
    }

    private JsonLine() {}

    /** @param wanted names of fields; others are passed over */
    static TraceLine parse(String text, Set<String> wanted) throws Malformed {
        TraceLine line = new TraceLine();
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Malformed("found " + TraceLine.brief(text) + " (expected: a JSON object)");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                if (wanted.contains(name)) {
                    put(line, name, parser);
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

    private static void put(TraceLine line, String name, JsonParser parser) throws IOException, Malformed {
        switch (parser.currentToken()) {
            case VALUE_STRING -> line.put(name, parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> line.put(name, parser.getDoubleValue());
            case START_ARRAY -> line.put(name, list(name, parser));
            case VALUE_NULL -> {}
            case START_OBJECT -> {
                line.put(name, OBJECT);
                parser.skipChildren();
            }
            default -> line.put(name, BOOLEAN);
        }
    }

    private static long[] list(String name, JsonParser parser) throws IOException, Malformed {
        long[] list = new long[16];
        int size = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (!isWhole(parser)) {
                throw new Malformed(name + "[" + size + "]: " + TraceLine.brief(parser.getText())
                        + " (expected: a whole number, 0 or more)");
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
}
