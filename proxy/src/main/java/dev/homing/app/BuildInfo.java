// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which build this is.
 *
 * @param date of the sources, as {@code 2026-01-31}
 * @param commit abbreviated, {@code unknown} when it was built from neither a checkout nor an archive of one
 */
record BuildInfo(String version, String date, String commit) {

    private static final int ABBREVIATED = 7;
    private static final String UNKNOWN = "unknown";

    static BuildInfo read() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(properties);
    }

    static BuildInfo of(Properties properties) {
        String commit = told(properties, "commit");
        return new BuildInfo(
                told(properties, "version"),
                told(properties, "timestamp").replaceFirst("T.*", ""),
                commit.equals(UNKNOWN) ? commit : commit.substring(0, ABBREVIATED));
    }

    /** What the build did not fill in is a variable's name still. */
    private static String told(Properties properties, String key) {
        String value = properties.getProperty(key, UNKNOWN);
        return value.startsWith("$") ? UNKNOWN : value;
    }
}
