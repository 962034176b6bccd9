// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.Map;

/** Configurations that only say what matters: for tests, the demo, and whoever starts homing from code. */
public final class Defaults {

    private Defaults() {}

    /** The configuration of a YAML text that is known to be right, with no environment; a wrong one is a bug of the caller. */
    public static HomingConfig config(String yaml) {
        try {
            return ConfigReader.read("inline", yaml, Map.<String, String>of()::get);
        } catch (ConfigErrors e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** What holds in a pool that overrides nothing. */
    public static PoolSettings settings() {
        return config("backends: [{id: a, url: 'http://127.0.0.1:1'}]").defaults();
    }
}
