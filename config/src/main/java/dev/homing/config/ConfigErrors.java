// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.List;
import java.util.stream.Collectors;

/** Why a configuration was refused: all of its errors, in the order of the file. An expected failure, so it carries no stack. */
public final class ConfigErrors extends Exception {

    private final List<ConfigError> errors;

    public ConfigErrors(List<ConfigError> errors) {
        super(lines(errors), null, false, false);
        this.errors = List.copyOf(errors);
    }

    /** At least one. */
    public List<ConfigError> errors() {
        return errors;
    }

    private static String lines(List<ConfigError> errors) {
        return errors.stream().map(ConfigError::toString).collect(Collectors.joining("\n"));
    }
}
