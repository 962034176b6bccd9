// SPDX-License-Identifier: Apache-2.0
package dev.homing.config;

/**
 * One thing that is wrong with a configuration, and where. It never holds the value of a secret.
 *
 * @param file as it was named to the reader
 * @param line from 1; 0 when the file could not be read at all
 * @param column from 1; 0 when the file could not be read at all
 * @param path of the key, such as {@code pools.chat.backends[0].url}; empty for the file as a whole
 * @param message what was found and what was expected
 */
public record ConfigError(String file, int line, int column, String path, String message) {

    /** The error as one line: {@code file:line:column: key.path: found ..., expected ...}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        text.append(": ");
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        return text.append(message).toString();
    }
}
