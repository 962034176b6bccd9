// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which build this is.
 *
 * @param commit abbreviated, {@code unknown} when it was built outside a checkout
 */
record BuildInfo(String version, String commit) {

    static BuildInfo read() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String commit = properties.getProperty("commit", "unknown");
        return new BuildInfo(properties.getProperty("version", "unknown"), commit.startsWith("$") ? "unknown" : commit);
    }
}
