// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kinds of values that have a unit: durations and sizes. */
final class Units {

    /** Longest duration: far within what a timer counts in nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(3650);

    private static final Pattern NUMBER_UNIT = Pattern.compile("([0-9]{1,18})([A-Za-z]*)");

    /** Milliseconds of each unit, the largest first. */
    private static final Map<String, Long> TIMES =
            units("d", 86_400_000L, "h", 3_600_000L, "m", 60_000L, "s", 1_000L, "ms", 1L);

    /** Bytes of each unit, those written first. */
    private static final Map<String, Long> SIZES = units(
            "GiB",
            1L << 30,
            "MiB",
            1L << 20,
            "KiB",
            1L << 10,
            "GB",
            1_000_000_000L,
            "MB",
            1_000_000L,
            "KB",
            1_000L,
            "kB",
            1_000L,
            "B",
            1L,
            "",
            1L);

    /** A duration above zero. */
    static final ScalarType<Duration> DURATION = duration(Duration.ofMillis(1), "> 0");

    /** A duration that may be zero. */
    static final ScalarType<Duration> DURATION_OR_ZERO = duration(Duration.ZERO, "0s or longer");

    private Units() {}

    /** A size in bytes, both bounds included. */
    static ScalarType<Long> size(long least, long most) {
        return new ScalarType<>(
                "a size such as 64KiB, 32MiB or 1GB, from " + bytes(least) + " to " + bytes(most),
                text -> {
                    Long value = parse(text, SIZES);
                    return value == null || value < least || value > most ? null : value;
                },
                Units::bytes,
                Json.object(
                        "anyOf",
                        List.of(
                                Json.object("type", "integer", "minimum", least, "maximum", most),
                                Json.object("type", "string", "pattern", "^[0-9]+(GiB|MiB|KiB|GB|MB|KB|kB|B)$"))),
                false);
    }

    /** A size in bytes that is held in memory. */
    static ScalarType<Integer> size(int least, int most) {
        ScalarType<Long> wide = size(least, (long) most);
        return new ScalarType<>(
                wide.expected(),
                text -> {
                    Long value = wide.parse().parse(text);
                    return value == null ? null : Math.toIntExact(value);
                },
                value -> bytes(value),
                wide.form(),
                false);
    }

    private static ScalarType<Duration> duration(Duration least, String range) {
        return new ScalarType<>(
                "a duration such as 250ms, 5s, 10m, 1h or 7d, " + range,
                text -> {
                    Long millis = parse(text, TIMES);
                    Duration value = millis == null ? null : Duration.ofMillis(millis);
                    return value == null || value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0 ? null : value;
                },
                Units::time,
                Json.object("type", "string", "pattern", "^[0-9]+(ms|s|m|h|d)$"),
                false);
    }

    private static @Nullable Long parse(String text, Map<String, Long> units) {
        Matcher matcher = NUMBER_UNIT.matcher(text);
        Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
        if (unit == null) {
            return null;
        }
        long number = Long.parseLong(matcher.group(1));
        return number > Long.MAX_VALUE / unit ? null : number * unit;
    }

    /** The duration in the largest unit that leaves a whole number; zero is {@code 0s}. */
    static String time(Duration duration) {
        return duration.isZero() ? "0s" : write(duration.toMillis(), TIMES);
    }

    /** The size in the largest binary unit that leaves a whole number, or else as bytes. */
    private static Object bytes(long bytes) {
        return bytes % 1024 == 0 && bytes > 0 ? write(bytes, SIZES) : bytes;
    }

    private static String write(long value, Map<String, Long> units) {
        for (Map.Entry<String, Long> unit : units.entrySet()) {
            if (value % unit.getValue() == 0) {
                return value / unit.getValue() + unit.getKey();
            }
        }
        throw new IllegalArgumentException("value: " + value + " (expected: a multiple of the smallest unit)");
    }

    private static Map<String, Long> units(Object... namesAndFactors) {
        Map<String, Long> units = new LinkedHashMap<>();
        for (int i = 0; i < namesAndFactors.length; i += 2) {
            units.put((String) namesAndFactors[i], (Long) namesAndFactors[i + 1]);
        }
        return units;
    }
}
