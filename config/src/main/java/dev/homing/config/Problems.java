// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The errors found so far in one file. Confined to one reading. */
final class Problems {

    private final String file;
    private final List<ConfigError> errors = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void add(Place place, String path, String message) {
        errors.add(new ConfigError(file, place.line(), place.column(), path, message));
    }

    /** Throws what was found, if anything was. */
    void check() throws ConfigErrors {
        if (!errors.isEmpty()) {
            throw new ConfigErrors(errors.stream()
                    .sorted(Comparator.comparingInt(ConfigError::line).thenComparingInt(ConfigError::column))
                    .distinct()
                    .toList());
        }
    }
}
