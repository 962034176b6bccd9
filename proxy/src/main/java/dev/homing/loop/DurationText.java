// SPDX-License-Identifier: Apache-2.0
package dev.homing.loop;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as people write them, such as {@code 10m}: {@link Duration} itself says {@code PT10M}. */
public final class DurationText {

    private static final Map<String, ChronoUnit> UNITS =
            Map.of("ms", ChronoUnit.MILLIS, "s", ChronoUnit.SECONDS, "m", ChronoUnit.MINUTES, "h", ChronoUnit.HOURS);

    private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    private DurationText() {}

    /** To be read by people: {@code 1m30s}, {@code 0.25s}. */
    public static String of(Duration duration) {
        return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
    }

    /** What operators write, in one unit: {@code 250ms}, {@code 5s}, {@code 10m}, {@code 1h}; null when it is none. */
    public static @Nullable Duration parse(String written) {
        Matcher matcher = WRITTEN.matcher(written);
        return matcher.matches()
                ? Duration.of(Long.parseLong(matcher.group(1)), Objects.requireNonNull(UNITS.get(matcher.group(2))))
                : null;
    }
}
