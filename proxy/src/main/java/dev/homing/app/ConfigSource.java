// SPDX-License-Identifier: Apache-2.0
package dev.homing.app;

import dev.homing.config.ConfigErrors;
import dev.homing.config.HomingConfig;

/** Where the configuration comes from, each time it is wanted anew. */
@FunctionalInterface
interface ConfigSource {

    /** Reads it; may block on the file system. */
    HomingConfig read() throws ConfigErrors;

    /** A configuration that was made, not read: it stays as it is. */
    static ConfigSource fixed(HomingConfig config) {
        return () -> config;
    }
}
