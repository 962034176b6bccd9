// SPDX-License-Identifier: Apache-2.0
package dev.homing.simulate;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of one line of a trace that somebody asked for: texts, numbers and lists of whole numbers. */
final class TraceLine {

    /** Exact in a double, as all whole numbers below it. */
    private static final double EXACT = 1e15;

    private final Map<String, Object> fields = new HashMap<>();

    /** A line that is not as it should be; the message says how. */
    static final class Malformed extends Exception {

        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    /** A value without quotes, of which nobody says whether it is a text or a number. */
    record Bare(String text) {

        /** Null when it is none. */
        @Nullable Double number() {
            try {
                return Double.valueOf(text);
            } catch (NumberFormatException e) {
                return null;
            }
        }

        @Override
        public String toString() {
            return text;
        }
    }

    void put(String name, Object value) {
        fields.put(name, value);
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
        if (value instanceof Bare bare) {
            return bare.text();
        }
        if (value instanceof Double number && number % 1 == 0) {
            return String.valueOf(number.longValue());
        }
        throw new Malformed(name + ": " + shown(value) + " (expected: a string)");
    }

    /** A number within these bounds, rounded. */
    long number(String name, long least, long most) throws Malformed {
        Object value = fields.get(name);
        Double number = value instanceof Bare bare ? bare.number() : value instanceof Double told ? told : null;
        if (number != null && number >= least && number <= most) {
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

    private static String shown(@Nullable Object value) {
        if (value == null) {
            return "missing";
        }
        if (value instanceof Double number) {
            return number % 1 == 0 && Math.abs(number) <= EXACT
                    ? String.valueOf(number.longValue())
                    : number.toString();
        }
        if (value instanceof String || value instanceof Bare) {
            return brief(value.toString());
        }
        return value instanceof long[] ? "a list" : value.toString();
    }

    /** As much of it as a message bears. */
    static String brief(String text) {
        String line = text.strip();
        return "'" + (line.length() > 40 ? line.substring(0, 40) + "..." : line) + "'";
    }
}
