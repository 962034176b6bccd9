// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kinds of numbers, words and switches. */
final class Numbers {

    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?([eE][-+]?[0-9]{1,3})?");

    /** A number above zero, such as a weight. */
    static final ScalarType<Double> POSITIVE = new ScalarType<>(
            "a number > 0",
            Numbers::positive,
            value -> value,
            Json.object("type", "number", "exclusiveMinimum", 0),
            false);

    /** A number above zero, or {@code off}, which is read as 0. */
    static final ScalarType<Double> OFF_OR_POSITIVE = new ScalarType<>(
            "off or a number > 0",
            text -> text.equals("off") ? Double.valueOf(0) : positive(text),
            value -> value == 0 ? "off" : value,
            Json.object("anyOf", List.of(Json.object("const", "off"), POSITIVE.form())),
            false);

    static final ScalarType<Boolean> SWITCH = new ScalarType<>(
            "true or false",
            text -> switch (text) {
                case "true" -> Boolean.TRUE;
                case "false" -> Boolean.FALSE;
                default -> null;
            },
            value -> value,
            Json.object("type", "boolean"),
            false);

    private Numbers() {}

    /** A whole number with both bounds included. */
    static ScalarType<Integer> from(int least, int most) {
        ScalarType<Long> wide = from(least, (long) most);
        return new ScalarType<>(
                wide.expected(),
                text -> {
                    Long value = wide.parse().parse(text);
                    return value == null ? null : Math.toIntExact(value);
                },
                value -> value,
                wide.form(),
                false);
    }

    /** A whole number with both bounds included. */
    static ScalarType<Long> from(long least, long most) {
        return new ScalarType<>(
                "a whole number from " + least + " to " + most,
                text -> {
                    Long value = whole(text);
                    return value == null || value < least || value > most ? null : value;
                },
                value -> value,
                Json.object("type", "integer", "minimum", least, "maximum", most),
                false);
    }

    /** {@code auto}, read as -1, or a whole number from 0. */
    static ScalarType<Integer> autoOr(int most) {
        ScalarType<Integer> number = from(0, most);
        return new ScalarType<>(
                "auto or " + number.expected(),
                text -> text.equals("auto")
                        ? Integer.valueOf(-1)
                        : number.parse().parse(text),
                value -> value < 0 ? "auto" : value,
                Json.object("anyOf", List.of(Json.object("const", "auto"), number.form())),
                false);
    }

    /** One of an enum's constants, in lower case. */
    static <E extends Enum<E>> ScalarType<E> oneOf(Class<E> type) {
        Map<String, E> known = new LinkedHashMap<>();
        for (E constant : type.getEnumConstants()) {
            known.put(word(constant), constant);
        }
        return new ScalarType<>(
                String.join(" or ", known.keySet()),
                known::get,
                Numbers::word,
                Json.object("enum", List.copyOf(known.keySet())),
                false);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Long whole(String text) {
        return WHOLE.matcher(text).matches() ? Long.valueOf(text) : null;
    }

    private static @Nullable Double positive(String text) {
        Double value = DECIMAL.matcher(text).matches() ? Double.valueOf(text) : null;
        return value == null || value <= 0 || value.isInfinite() ? null : value;
    }
}
