// SPDX-License-Identifier: Apache-2.0
package dev.homing.admin;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How single values are spelled in the configuration file. */
final class ConfigText {

    static final String NONE = "none";

    /** In place of what may be a secret. */
    static final String HIDDEN = "***";

    private static final long KIB = 1024;

    private ConfigText() {}

    /** In the largest unit that it is a whole number of, such as {@code 90s}. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1_000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1_000;
        if (seconds % 60 != 0 || seconds == 0) {
            return seconds + "s";
        }
        return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
    }

    /** In the largest unit that it is a whole number of, such as {@code 8KiB}. */
    static String size(long bytes) {
        if (bytes % KIB != 0 || bytes == 0) {
            return Long.toString(bytes);
        }
        return bytes % (KIB * KIB) == 0 ? bytes / (KIB * KIB) + "MiB" : bytes / KIB + "KiB";
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Without user and password. */
    static String url(URI url) {
        String userInfo = url.getRawUserInfo();
        return userInfo == null ? url.toString() : url.toString().replaceFirst("//[^/@]*@", "//" + HIDDEN + "@");
    }

    static String orNone(@Nullable Object value) {
        return value == null ? NONE : value.toString();
    }
}
